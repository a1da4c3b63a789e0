import { checkNumber } from "../base/options.ts";
import { random } from "../base/random.ts";
import { indicesByClass } from "./by-class.ts";
import type { Dataset } from "./dataset.ts";
import { subset } from "./subset.ts";

/**
 * A share of a data set, the same of each class and at least one example of each: what a learning curve trains on. A smaller
 * share of the same seed lies within a larger one.
 *
 * @param share above 0, up to 1, which gives the data set itself
 * @throws {UsageError} "bad-option"
 */
export function trainingShare(
  dataset: Dataset,
  { share, seed }: { readonly share: number; readonly seed: number },
): Dataset {
  checkNumber("share", share, { moreThan: 0, max: 1 });
  if (share === 1) return dataset;
  const kept = indicesByClass(dataset).flatMap((members, label) => {
    const order = random(seed).fork("share", label).shuffle(members);
    return order.slice(0, Math.max(1, Math.round(share * members.length)));
  });
  return subset(
    dataset,
    kept.sort((a, b) => a - b),
  );
}

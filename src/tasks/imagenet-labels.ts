import type { ErrorCode } from "../base/error-codes.ts";
import { RegraftError } from "../base/errors.ts";
import { hubReference } from "../hub/reference.ts";
import { descriptionAt } from "../models/description-at.ts";
import { labelsOf, readModelConfig } from "../models/model-config.ts";
import type { Host } from "./host.ts";

/** A repository whose config.json names ImageNet's classes, in the order in which all networks that were trained on it give them. */
const source = hubReference("hf:microsoft/resnet-50");
const file = "config.json";

/** How many there are. */
export const imagenetClasses = 1000;

/** Why there may be none; a picture can be classified without the names. */
const passing: ReadonlySet<string> = new Set<ErrorCode>([
  "offline",
  "unreachable",
  "no-such-repo",
  "access-denied",
  "bad-model-folder",
]);

/**
 * What ImageNet's 1000 classes are called: weights that stand alone do not say so. Fetched once: they do not change.
 *
 * @returns undefined where no hub gives them
 * @throws {HostError} "bad-download" · "disk-full" · "write-failed"
 */
export async function imagenetLabels({
  store,
  hub,
}: Pick<Host, "store" | "hub">): Promise<readonly string[] | undefined> {
  const choose = () => [file];
  try {
    const { folder } = (await hub.find(source, { choose })) ?? (await hub.fetch(source, { choose }));
    const labels = labelsOf(readModelConfig(await descriptionAt(store.join(folder, file), store)));
    return labels?.length === imagenetClasses ? labels : undefined;
  } catch (error) {
    if (error instanceof RegraftError && passing.has(error.code)) return undefined;
    throw error;
  }
}

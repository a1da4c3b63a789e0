import { UsageError } from "../base/errors.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Some examples of a data set, in the order given; the classes stay all of them.
 *
 * @throws {UsageError} "bad-option" for an index that the data set does not have
 */
export function subset(dataset: Dataset, indices: readonly number[]): Dataset {
  const wrong = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < dataset.size));
  if (wrong !== undefined) {
    throw new UsageError("bad-option", `A data set of ${dataset.size} examples has no example ${wrong}.`);
  }
  const { targets } = dataset;
  return {
    classes: dataset.classes,
    size: indices.length,
    ...(targets ? { targets: (index: number) => targets.call(dataset, at(indices, index)) } : {}),
    label: (index) => dataset.label(at(indices, index)),
    name: (index) => dataset.name(at(indices, index)),
    load: async (index) => dataset.load(at(indices, index)),
  };
}

/**
 * An item by its index.
 *
 * @throws {UsageError} "bad-option" outside of the list
 */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) {
    throw new UsageError("bad-option", `A data set of ${items.length} examples has no example ${index}.`);
  }
  return item;
}

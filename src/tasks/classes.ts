import { DataError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";

/**
 * Makes sure that a data set's labels mean what the model's mean: an index stands for the same class in both.
 *
 * @throws {DataError} "class-mismatch"
 */
export function checkClasses({ classes }: Pick<Dataset, "classes">, wanted: readonly string[]): void {
  if (classes.length === wanted.length && classes.every((name, at) => name === wanted[at])) return;
  throw new DataError(
    "class-mismatch",
    `The data has the classes ${classes.join(", ")}; the model has ${wanted.join(", ")}.`,
    {
      hint: "Use data with the same classes in the same order: folderDataset(root, { classes: model.classes }).",
    },
  );
}

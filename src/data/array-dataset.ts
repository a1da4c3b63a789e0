import { DataError, UsageError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import type { RgbImage } from "../image/image.ts";
import type { Dataset } from "./dataset.ts";
import { at } from "./subset.ts";

export interface ArrayDatasetOptions {
  readonly classes: readonly string[];
  readonly images: readonly RgbImage[];
  /** Index into `classes`, for each picture. */
  readonly labels: readonly number[];
  /**
   * Where one label is not enough, the target of each output for each picture, [N, C]: 0 and 1 for several labels at
   * once, any numbers for regression.
   */
  readonly targets?: readonly (readonly number[])[];
  /** What to call the pictures; "0", "1", ... by default. */
  readonly names?: readonly string[];
}

/**
 * Pictures that are in memory already.
 *
 * @throws {UsageError} "bad-option" where the lists do not fit together
 * @throws {DataError} "class-mismatch" for a label that is no class
 */
export function arrayDataset({ classes, images, labels, targets, names, ...rest }: ArrayDatasetOptions): Dataset {
  refuseUnknown("arrayDataset", rest);
  for (const [what, count] of [
    ["labels", labels.length],
    ["targets", targets?.length ?? images.length],
    ["names", names?.length ?? images.length],
  ] as const) {
    if (count !== images.length) {
      throw new UsageError("bad-option", `There are ${images.length} images and ${count} ${what}: one each is needed.`);
    }
  }
  const stray = labels.find((label) => classes[label] === undefined);
  if (stray !== undefined) {
    throw new DataError("class-mismatch", `Label ${stray} is not the index of one of the ${classes.length} classes.`);
  }
  if (targets) checkTargets(targets);
  const called = names ?? images.map((_, index) => String(index));
  return {
    classes,
    size: images.length,
    label: (index) => at(labels, index),
    ...(targets ? { targets: (index: number) => at(targets, index) } : {}),
    name: (index) => at(called, index),
    load: async (index) => at(images, index),
  };
}

function checkTargets(targets: readonly (readonly number[])[]): void {
  const count = targets[0]?.length ?? 0;
  const wrong = targets.findIndex((row) => row.length !== count || row.length === 0 || !row.every(Number.isFinite));
  if (wrong === -1) return;
  throw new UsageError(
    "bad-option",
    `The targets of picture ${wrong} are [${targets[wrong]?.join(", ")}]: ${count || "one or more"} finite numbers are needed, as many for each picture.`,
  );
}

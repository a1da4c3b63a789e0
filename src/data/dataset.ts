import type { RgbImage } from "../image/image.ts";

/**
 * Labelled pictures, read on demand. A port: an image folder, shards, an array in memory. An index that is not there is
 * a UsageError "bad-option".
 */
export interface Dataset {
  /** Class names; a label is an index into them. */
  readonly classes: readonly string[];
  readonly size: number;
  /** Index into `classes` of example `index`, 0 ≤ index < size. */
  label(index: number): number;
  /** Where one label is not enough (several labels at once, regression): the target of each output, [C]. */
  targets?(index: number): readonly number[];
  /** What a person would call the example: a path relative to the data folder. Unique within the data set. */
  name(index: number): string;
  /**
   * The same picture each time, for it may be kept, from one `fit` to the next too; what varies from epoch to epoch is the
   * matter of `augment`.
   *
   * @throws {DataError} "unreadable-image", naming the example; its cause is the decoder's own error
   */
  load(index: number): Promise<RgbImage>;
}

/** Two data sets with the same classes and no example in common. */
export interface TrainVal {
  readonly train: Dataset;
  readonly val: Dataset;
}

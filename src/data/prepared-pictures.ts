import type { MemoryBudget } from "../base/memory-budget.ts";
import type { RgbImage } from "../image/image.ts";
import type { Dataset } from "./dataset.ts";

export interface PreparedPicturesOptions {
  /** Makes of a picture what is kept: at the size of a model's input that is a fraction of a photo. */
  readonly prepare: (image: RgbImage) => RgbImage;
  /** What may be kept; pictures beyond it are read again each time. */
  readonly memory: MemoryBudget;
}

/**
 * Data sets of prepared pictures, each picture read and decoded once while there is room: where every epoch sees the same
 * pixels, decoding would take the cores from training again and again. Kept by the names of examples, which hold where a data
 * set is changed between two passes.
 */
export class PreparedPictures {
  readonly #options: PreparedPicturesOptions;
  readonly #kept = new WeakMap<Dataset, Map<string, RgbImage>>();

  constructor(options: PreparedPicturesOptions) {
    this.#options = options;
  }

  /** The same examples, their pictures prepared. Asked for again, it has what it had. */
  of(dataset: Dataset): Dataset {
    const kept = this.#kept.get(dataset) ?? new Map<string, RgbImage>();
    this.#kept.set(dataset, kept);
    const { targets } = dataset;
    return {
      classes: dataset.classes,
      size: dataset.size,
      ...(targets ? { targets: (index: number) => targets.call(dataset, index) } : {}),
      label: (index) => dataset.label(index),
      name: (index) => dataset.name(index),
      load: async (index) => kept.get(dataset.name(index)) ?? this.#read(dataset, index, kept),
    };
  }

  async #read(dataset: Dataset, index: number, kept: Map<string, RgbImage>): Promise<RgbImage> {
    const { prepare, memory } = this.#options;
    const name = dataset.name(index);
    const image = prepare(await dataset.load(index));
    if (!kept.has(name) && memory.take(image.data.byteLength)) kept.set(name, image);
    return image;
  }
}

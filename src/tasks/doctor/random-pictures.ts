import type { Random } from "../../base/random.ts";
import { arrayDataset } from "../../data/array-dataset.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { RgbImage } from "../../image/image.ts";
import { inputSize } from "../../image/preprocess.ts";
import type { Preprocessing } from "../../image/preprocessing.ts";
import { someClasses } from "./training-form.ts";

/** A picture of noise, as large as the model takes it. */
export function randomPicture(preprocessing: Preprocessing, rng: Random): RgbImage {
  const { width, height } = inputSize(preprocessing);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => rng.int(256)) };
}

/** Pictures of noise with classes drawn for them. */
export function randomPictures(count: number, preprocessing: Preprocessing, rng: Random): Dataset {
  return arrayDataset({
    classes: Array.from({ length: someClasses }, (_, at) => `class ${at}`),
    images: Array.from({ length: count }, (_, at) => randomPicture(preprocessing, rng.fork("picture", at))),
    labels: Array.from({ length: count }, (_, at) => rng.fork("label", at).int(someClasses)),
  });
}

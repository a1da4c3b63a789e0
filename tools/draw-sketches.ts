import { random } from "../src/base/random.ts";
import { arrayDataset } from "../src/data/array-dataset.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { drawSample, sampleTasks } from "../src/data/sample/draw-sample.ts";
import { resizeAndCrop } from "../src/image/preprocess.ts";
import type { Preprocessing } from "../src/image/preprocessing.ts";

/** Pixels a side of a drawing, as `regraft sample` makes them. */
const drawnSize = 96;

export interface DrawOptions {
  readonly perClass: number;
  readonly seed: number;
  /** How the network that looks at them wants its pictures; they are kept at that size. */
  readonly preprocessing: Preprocessing;
}

/** Pictures of the ten sketches, in memory. */
export function drawSketches({ perClass, seed, preprocessing }: DrawOptions): Dataset {
  const classes = sampleTasks.sketches;
  const drawn = classes.flatMap((name, label) =>
    Array.from({ length: perClass }, (_, number) => {
      const picture = drawSample(name, random(seed).fork(name, number), drawnSize);
      return { label, name: `${name}/${number}`, image: resizeAndCrop(picture, preprocessing) };
    }),
  );
  return arrayDataset({
    classes,
    images: drawn.map(({ image }) => image),
    labels: drawn.map(({ label }) => label),
    names: drawn.map(({ name }) => name),
  });
}

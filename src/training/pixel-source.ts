import type { StaticShape } from "../base/shape.ts";
import type { BadImageLedger } from "../data/bad-images.ts";
import { batches } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import type { RgbImage } from "../image/image.ts";
import type { Source } from "./source.ts";

export interface PixelSourceOptions {
  readonly dataset: Dataset;
  readonly ledger: BadImageLedger;
  /** Name of the graph input that takes the pictures. */
  readonly input: string;
  /** Of one picture, [3, H, W]. */
  readonly shape: StaticShape;
  /** Writes a picture as the model's input values; where it augments, differently in each epoch. */
  readonly prepare: (image: RgbImage, into: Float32Array, example: Seen) => void;
  /** What is true of an example, [C]. */
  readonly target: (index: number) => ArrayLike<number>;
}

/** An example of a pass: `time` counts how often the same pass has had it before, from 0. */
export interface Seen {
  readonly index: number;
  readonly epoch: number;
  readonly time: number;
}

/** Pictures, decoded and prepared while the step before them runs. */
export function pixelSource({ dataset, ledger, input, shape, prepare, target }: PixelSourceOptions): Source {
  return {
    prepare: async () => {},
    indices: () => {
      const bad = new Set(ledger.list().map(({ index }) => index));
      return Array.from({ length: dataset.size }, (_, index) => index).filter((index) => !bad.has(index));
    },
    leftOut: () => ledger.list(),
    recall: (leftOut) => ledger.recall(leftOut),
    async *batches({ order, batch, from = 0, epoch, signal }) {
      const times = timesBefore(order);
      const read = batches(dataset, {
        indices: order.slice(from),
        batch,
        shape,
        prepare: (image, into, index, place) => prepare(image, into, { index, epoch, time: times[from + place] ?? 0 }),
        onBad: (index, error) => ledger.add(index, error),
        ...(signal ? { signal } : {}),
      });
      for await (const { indices, end, inputs } of read) {
        yield { indices, end: from + end, inputs: { [input]: inputs }, targets: stackTargets(indices, target) };
      }
    },
  };
}

/** The targets of several examples, [N, C] flat. */
export function stackTargets(indices: readonly number[], target: (index: number) => ArrayLike<number>): Float32Array {
  return Float32Array.from(indices.flatMap((index) => Array.from(target(index))));
}

/** Of each place of an order, how often the same example stands before it. */
function timesBefore(order: readonly number[]): readonly number[] {
  const seen = new Map<number, number>();
  return order.map((index) => {
    const times = seen.get(index) ?? 0;
    seen.set(index, times + 1);
    return times;
  });
}

import { type MetricName, metrics } from "./metrics.ts";
import type { Activation } from "./scores.ts";

/** Means over the examples seen: the loss and each metric. NaN before the first example. */
export interface Means {
  readonly count: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** One batch: logits and targets [N, C], flat, and the loss of each example, or their mean. */
export interface TallyBatch {
  readonly logits: Float32Array;
  readonly targets: Float32Array;
  readonly losses: Float32Array | number;
  readonly count: number;
}

export interface Tally {
  add(batch: TallyBatch): void;
  means(): Means;
  /** What another tally goes on from. */
  state(): TallyState;
}

/** Sums over the examples seen. */
export interface TallyState {
  readonly examples: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TallyOptions {
  readonly activation: Activation;
  /** Whether one class alone is true of an example. */
  readonly exclusive?: boolean;
  readonly threshold?: number | undefined;
  /** What was added up before. */
  readonly from?: TallyState | undefined;
}

/** Adds up batches, each example with the same weight. */
export function tally(
  watched: readonly MetricName[],
  { activation, exclusive = true, threshold, from }: TallyOptions,
): Tally {
  const sums = new Map(watched.map((name) => [name, from?.metrics[name] ?? 0]));
  let lossSum = from?.loss ?? 0;
  let examples = from?.examples ?? 0;
  return {
    add: ({ logits, targets, losses, count }) => {
      const width = logits.length / count;
      for (let row = 0; row < count; row++) {
        const span = [row * width, (row + 1) * width] as const;
        const [own, wanted] = [logits.subarray(...span), targets.subarray(...span)];
        const outcome = { logits: own, targets: wanted, activation, exclusive, threshold };
        for (const name of watched) sums.set(name, (sums.get(name) ?? 0) + metrics[name](outcome));
      }
      lossSum += typeof losses === "number" ? losses * count : losses.reduce((total, loss) => total + loss, 0);
      examples += count;
    },
    means: () => ({
      count: examples,
      loss: lossSum / examples,
      metrics: Object.fromEntries([...sums].map(([name, sum]) => [name, sum / examples])),
    }),
    state: () => ({ examples, loss: lossSum, metrics: Object.fromEntries(sums) }),
  };
}

import { type Activation, argmax, passes } from "./scores.ts";

/** One example: what the model said and what is true, both [C]. */
export interface Outcome {
  readonly logits: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly activation: Activation;
  /** Whether one class alone is true of an example; else labels stand side by side. */
  readonly exclusive: boolean;
  /** Of two classes, the score of the second from which on it is chosen; by default the higher score is. */
  readonly threshold?: number | undefined;
}

/** Judges one example; a metric of a data set is the mean over its examples. */
type Metric = (outcome: Outcome) => number;

export const metrics = {
  /**
   * 1 where the top class is the true one. Labels that do not exclude each other, or a single logit: the share of them on
   * the right side of 0.5.
   */
  accuracy: ({ logits, targets, activation, exclusive, threshold }) => {
    if (threshold !== undefined && exclusive && logits.length <= 2) {
      const second = logits.length === 1 ? (targets[0] ?? 0) > 0.5 : argmax(targets) === 1;
      return passes(logits, activation, threshold) === second ? 1 : 0;
    }
    const ranked = activation !== "sigmoid" || (exclusive && logits.length > 1);
    if (ranked) return argmax(logits) === argmax(targets) ? 1 : 0;
    return meanOver(logits.length, (at) => ((logits[at] ?? 0) > 0 === (targets[at] ?? 0) > 0.5 ? 1 : 0));
  },
  /** Mean over outputs of |z − t|, for regression. */
  meanAbsoluteError: ({ logits, targets }) =>
    meanOver(logits.length, (at) => Math.abs((logits[at] ?? 0) - (targets[at] ?? 0))),
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

export const metricNames = Object.keys(metrics) as readonly MetricName[];

/** Whether a measure is a mean over examples, which can be told while they pass. */
export const isMetric = (name: string): name is MetricName => Object.hasOwn(metrics, name);

function meanOver(count: number, of: (at: number) => number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += of(at);
  return sum / count;
}

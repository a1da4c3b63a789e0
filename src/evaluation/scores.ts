/** What turns logits into scores: probabilities that sum to 1, independent probabilities, or the values themselves. */
export type Activation = "softmax" | "sigmoid" | "identity";

/**
 * One score per class from the logits of one example.
 *
 * @param logits [C]; a single sigmoid logit z counts as two classes, scored [1 − σ(z), σ(z)]
 */
export function scoresOf(logits: ArrayLike<number>, activation: Activation): readonly number[] {
  const z = Array.from(logits);
  return transforms[activation](z);
}

const transforms: { readonly [A in Activation]: (z: readonly number[]) => readonly number[] } = {
  softmax: (z) => {
    const top = Math.max(...z);
    const powers = z.map((value) => Math.exp(value - top));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  },
  sigmoid: (z) => {
    const [only = 0] = z;
    return z.length === 1 ? [sigmoid(-only), sigmoid(only)] : z.map(sigmoid);
  },
  identity: (z) => z,
};

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/**
 * Whether the second of two classes is chosen: its score is at least `threshold`.
 *
 * @param logits [2] under softmax, or the single sigmoid logit [1]
 */
export function passes(logits: ArrayLike<number>, activation: Activation, threshold: number): boolean {
  return (scoresOf(logits, activation)[1] ?? 0) >= threshold;
}

/** Index of the largest element; the first of several equal ones. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if ((values[at] ?? 0) > (values[best] ?? 0)) best = at;
  return best;
}

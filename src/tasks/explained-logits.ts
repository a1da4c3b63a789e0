import type { Activation } from "../evaluation/scores.ts";

/**
 * What of the logits is explained: the logit of the class. Of two classes under a softmax only the difference means something
 * (and Regraft saves two as [0, z]): there, how much the class is ahead. A single logit speaks for the second of two classes.
 *
 * @param index the class; undefined where nothing is explained
 * @param count logits
 */
export function explainedLogits(index: number | undefined, count: number, activation: Activation): Float32Array {
  const weights = new Float32Array(count);
  if (index === undefined) return weights;
  if (count === 1) return weights.fill(index === 0 && activation === "sigmoid" ? -1 : 1);
  if (count === 2 && activation === "softmax") weights.fill(-1);
  weights[index] = 1;
  return weights;
}

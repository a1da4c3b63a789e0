import { GraphError } from "../base/errors.ts";
import { floats } from "../base/tensor.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";

/**
 * What each class is to weigh so that all weigh the same together: n / (C · n_c). The mean weight of an example is 1. A class
 * without examples weighs 0.
 *
 * @param counts examples of each class, n_c
 * @see scikit-learn compute_class_weight("balanced"); King and Zeng 2001
 */
export function balancedWeights(counts: readonly number[]): readonly number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : all / (present * count)));
}

/**
 * Emits the losses of examples, [N], each times the weight of its class: Σ_c w_c · t_c, or w_0 + (w_1 − w_0) · t for the
 * single logit of two classes.
 *
 * @param targets [N, C], one-hot, or [N, 1]
 * @param weights [C], or both of a single logit
 * @throws {GraphError} "bad-shape" where weights and targets do not fit together
 * @see Keras fit(class_weight): the mean of a batch is over its examples, not over their weights
 */
export function weightedLosses(
  g: GraphBuilder,
  losses: Value,
  { targets, weights }: { readonly targets: Value; readonly weights: readonly number[] },
): Value {
  const width = targets.shape?.at(-1);
  const [first = 1, second = 1] = weights;
  const isSingle = width === 1 && weights.length === 2;
  if (!isSingle && width !== weights.length) {
    throw new GraphError("bad-shape", `${weights.length} weights of classes do not fit ${width} targets.`);
  }
  const perOutput = g.Mul(
    targets,
    g.constant(floats(isSingle ? [second - first] : weights, [isSingle ? 1 : weights.length])),
  );
  const own = g.ReduceSum(perOutput, g.ints([-1]), { keepdims: 0 });
  return g.Mul(losses, isSingle ? g.Add(own, g.float(first)) : own);
}

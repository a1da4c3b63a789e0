import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { scalar } from "../extents.ts";

/** X̂ = (X − mean)·r, r = 1/√(var + epsilon): what an example is normalized to by its own mean and variance. */
export interface Standardized {
  readonly axes: readonly number[];
  /** X̂, in the shape of X. */
  readonly normalized: Value;
  /** r, its normalized axes kept as 1. */
  readonly inverse: Value;
}

/** Emits X̂ over `axes`, counted from the front. */
export function standardized(g: GraphBuilder, X: Value, axes: readonly number[], epsilon: number): Standardized {
  const mean = (value: Value) => g.ReduceMean(value, g.ints(axes), { keepdims: 1 });
  const centred = g.Sub(X, mean(X));
  const variance = mean(g.Mul(centred, centred));
  const inverse = g.Reciprocal(g.Sqrt(g.Add(variance, scalar(g, X, epsilon))));
  return { axes, normalized: g.Mul(centred, inverse), inverse };
}

/** dX = r·(dX̂ − mean(dX̂) − X̂·mean(dX̂·X̂)) */
export function throughStandardized(
  g: GraphBuilder,
  { axes, normalized, inverse }: Standardized,
  dNormalized: Value,
): Value {
  const mean = (value: Value) => g.ReduceMean(value, g.ints(axes), { keepdims: 1 });
  const along = g.Mul(normalized, mean(g.Mul(dNormalized, normalized)));
  return g.Mul(inverse, g.Sub(g.Sub(dNormalized, mean(dNormalized)), along));
}

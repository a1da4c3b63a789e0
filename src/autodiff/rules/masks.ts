import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { asNumbers, scalar } from "../extents.ts";

/** The smallest normal number of float32 times this is 1. */
const STEEP = 2 ** 126;

/**
 * 1 where X > bound, else 0, by ops that run on all threads; Sign and Where run on one. Above 0 a ramp takes one pass over
 * X where Cast(Greater) takes two. It is exact for normal numbers; on denormal ones, which the engine takes for 0, it rises.
 */
export const above = (g: GraphBuilder, X: Value, bound: number): Value =>
  bound === 0 && X.dtype === "float32"
    ? g.HardSigmoid(X, { alpha: STEEP, beta: 0 })
    : asNumbers(g, g.Greater(X, scalar(g, X, bound)), X);

/** 1 where low < X < high, else 0. A bound that is undefined does not bound; undefined where none does. */
export function between(g: GraphBuilder, X: Value, low: Value | undefined, high: Value | undefined): Value | undefined {
  const isAbove = low && g.Greater(X, low);
  const isBelow = high && g.Less(X, high);
  const inside = isAbove && isBelow ? g.And(isAbove, isBelow) : (isAbove ?? isBelow);
  return inside && asNumbers(g, inside, X);
}

import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { asNumbers, scalar } from "../extents.ts";

/** 1 where X > bound, else 0. Cast(Greater) is exact and runs on all threads; Sign and Where run on one. */
export const above = (g: GraphBuilder, X: Value, bound: number): Value =>
  asNumbers(g, g.Greater(X, scalar(g, X, bound)), X);

/** 1 where low < X < high, else 0. A bound that is undefined does not bound; undefined where none does. */
export function between(g: GraphBuilder, X: Value, low: Value | undefined, high: Value | undefined): Value | undefined {
  const isAbove = low && g.Greater(X, low);
  const isBelow = high && g.Less(X, high);
  const inside = isAbove && isBelow ? g.And(isAbove, isBelow) : (isAbove ?? isBelow);
  return inside && asNumbers(g, inside, X);
}

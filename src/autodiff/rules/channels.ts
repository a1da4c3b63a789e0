import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range, shapeOf } from "../extents.ts";

/** The axes of [N, C, ...] along which the values of one channel lie. */
export const allButChannels = (X: Value): readonly number[] => range(shapeOf(X).length).filter((axis) => axis !== 1);

/** A vector [C] as [C, 1, ..., 1], so that it broadcasts along the channels, axis 1, of `like`. */
export function alongChannels(g: GraphBuilder, vector: Value, like: Value): Value {
  const trailing = shapeOf(like).length - 2;
  return trailing > 0 ? g.Unsqueeze(vector, g.ints(range(trailing).map((axis) => axis + 1))) : vector;
}

/** Σ over all axes but the channels: [C]. */
export const sumToChannels = (g: GraphBuilder, X: Value): Value =>
  g.ReduceSum(X, g.ints(allButChannels(X)), { keepdims: 0 });

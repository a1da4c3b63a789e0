import type { GraphBuilder, Value } from "../onnx/builder.ts";
import { range, shapeOf } from "./extents.ts";

/**
 * Sums a gradient over the axes along which `input` was broadcast, so that it has the input's shape. Two extents that
 * are not the number 1 are taken to be equal, whatever their names.
 *
 * @throws {GraphError} "bad-shape" where a rank is not known
 */
export function undoBroadcasting(g: GraphBuilder, gradient: Value, input: Value): Value {
  const [from, to] = [shapeOf(gradient), shapeOf(input)];
  const lead = from.length - to.length;
  const leading = range(lead);
  const repeated = range(to.length)
    .filter((axis) => to[axis] === 1 && from[axis + lead] !== 1)
    .map((axis) => axis + lead);
  if (lead === 0 && repeated.length === 0) return gradient;
  if (repeated.length === 0) return g.ReduceSum(gradient, g.ints(leading), { keepdims: 0 });
  const summed = g.ReduceSum(gradient, g.ints([...leading, ...repeated]), { keepdims: lead === 0 ? 1 : 0 });
  return lead === 0 ? summed : g.Unsqueeze(summed, g.ints(repeated.map((axis) => axis - lead)));
}

import { floats, type Tensor } from "../../base/tensor.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range, shapeOf, sizeToMake } from "../extents.ts";

/** Which elements of an axis one element of the output is made of, and with what weights. */
export type Taps = readonly { readonly from: number; readonly weight: number }[];

/** Y = M·X along one axis: what moves or mixes the elements of an axis alike for all others. */
export interface AxisMap {
  readonly axis: number;
  /** Extent of the axis in X. */
  readonly input: number;
  /** A row of M for each element of the axis in Y. */
  readonly rows: readonly Taps[];
}

/** dX = Mᵀ·dY along each axis in turn: a matrix product each, however the elements were moved. */
export const transposedMaps = (g: GraphBuilder, dY: Value, maps: readonly AxisMap[]): Value =>
  maps.reduceRight((gradient, map) => transposedMap(g, gradient, map), dY);

function transposedMap(g: GraphBuilder, dY: Value, { axis, input, rows }: AxisMap): Value {
  const last = shapeOf(dY).length - 1;
  if (axis === last) return g.MatMul(dY, g.constant(matrix(rows, input, "M")));
  if (axis === last - 1) return g.MatMul(g.constant(matrix(rows, input, "Mᵀ")), dY);
  const swapped = range(last + 1).map((at) => (at === axis ? last : at === last ? axis : at));
  const product = g.MatMul(g.Transpose(dY, { perm: swapped }), g.constant(matrix(rows, input, "M")));
  return g.Transpose(product, { perm: swapped });
}

/** M [output, input], or its transpose. */
function matrix(rows: readonly Taps[], input: number, form: "M" | "Mᵀ"): Tensor {
  const output = rows.length;
  const numbers = new Float32Array(sizeToMake([output, input]));
  for (const [to, taps] of rows.entries()) {
    for (const { from, weight } of taps) {
      const at = form === "M" ? to * input + from : from * output + to;
      numbers[at] = (numbers[at] ?? 0) + weight;
    }
  }
  return floats(numbers, form === "M" ? [output, input] : [input, output]);
}

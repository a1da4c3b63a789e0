import { sizeOf } from "../../src/base/shape.ts";
import { ints, tensor, zeros } from "../../src/base/tensor.ts";
import { dtypeOf } from "./dtype-of.ts";
import { type Element, integersOf, scalarOf, tensorOf } from "./elements.ts";
import { indicesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { widened } from "./widened.ts";

const Constant: Kernel<"Constant"> = (_, { value, value_int, value_float, value_ints, value_floats }) => {
  if (value) return [widened(value)];
  if (value_int !== undefined) return [ints([value_int], [])];
  if (value_float !== undefined) return [tensor("float64", [], Float64Array.of(value_float))];
  if (value_ints) return [ints(value_ints)];
  if (value_floats) return [tensor("float64", [value_floats.length], Float64Array.from(value_floats))];
  throw new Error("a Constant without a value");
};

const ConstantOfShape: Kernel<"ConstantOfShape"> = ({ input }, { value }) => {
  const fill = widened(value ?? zeros("float32", [1]));
  const shape = integersOf(input);
  return [tensorOf(fill.dtype, shape, new Array<Element>(sizeOf(shape)).fill(scalarOf(fill)))];
};

/** start, start + delta, ... up to but without limit. */
const Range: Kernel<"Range"> = ({ start, limit, delta }) => {
  const [from, step] = [Number(scalarOf(start)), Number(scalarOf(delta))];
  const count = Math.max(0, Math.ceil((Number(scalarOf(limit)) - from) / step));
  return [
    tensorOf(
      start.dtype,
      [count],
      Array.from({ length: count }, (_, at) => from + at * step),
    ),
  ];
};

/** Ones on the diagonal that begins k columns to the right. */
const EyeLike: Kernel<"EyeLike"> = ({ input }, { dtype, k }) => [
  tensorOf(
    dtype === undefined ? input.dtype : dtypeOf(dtype),
    input.shape,
    indicesOf(input.shape).map(([row = 0, column = 0]) => (column === row + k ? 1 : 0)),
  ),
];

export const constants: Kernels<"Shape" | "Size" | "Constant" | "ConstantOfShape" | "Range" | "EyeLike"> = {
  Shape: ({ data }, { start, end }) => [ints(data.shape.slice(start, end))],
  Size: ({ data }) => [ints([sizeOf(data.shape)], [])],
  Constant,
  ConstantOfShape,
  Range,
  EyeLike,
};

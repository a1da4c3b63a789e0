import { type DType, isFloat } from "../base/dtype.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { isDType, numbersOf, type Tensor, tensor } from "../base/tensor.ts";
import type { Attributes } from "../onnx/graph.ts";
import { cast, countable } from "./constant-cast.ts";

/** What a rule sees: constant inputs, in order, and the output's shape and type as inferred. */
export interface ConstantContext {
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: StaticShape;
  readonly dtype: DType;
}

/** Gives the node's output, or undefined where it is better left to onnxruntime. */
export type ConstantRule = (context: ConstantContext) => Tensor | undefined;

type Compute = (a: number, b: number, c: number) => number;

/** Up to three inputs, element by element, broadcast. `whole` is what is done to whole numbers, where that differs. */
export const elementwise =
  (compute: Compute, whole: Compute = compute): ConstantRule =>
  ({ inputs, shape, dtype }) => {
    const [first] = inputs;
    const [a, b, c] = inputs.map((input) => readerOf(input, shape));
    if (!first || !a || inputs.length > 3 || !inputs.every(isExact)) return undefined;
    const apply = isFloat(first.dtype) ? compute : whole;
    const none = () => 0;
    const [second, third] = [b ?? none, c ?? none];
    return made(
      dtype,
      shape,
      Float64Array.from({ length: sizeOf(shape) }, (_, at) => apply(a(at), second(at), third(at))),
    );
  };

/** Any number of inputs, two at a time. */
export const folding = (compute: (a: number, b: number) => number): ConstantRule => {
  const both = elementwise(compute);
  const alone = elementwise((a) => a);
  return ({ inputs: [first, ...rest], ...context }) =>
    rest.reduce(
      (folded, next) => folded && both({ ...context, inputs: [folded, next] }),
      first && alone({ ...context, inputs: [first] }),
    );
};

/** All elements that fall together when the axes are taken away, two at a time. Axes are the second input, or all. */
export const reducing =
  (compute: (a: number, b: number) => number): ConstantRule =>
  ({ inputs: [data, axes], shape, dtype, attributes }) => {
    if (!data || !isExact(data)) return undefined;
    const rank = data.shape.length;
    const named = axes ? numbersOf(axes).map((axis) => (axis < 0 ? axis + rank : axis)) : [];
    const isNoop = named.length === 0 && attributes.noop_with_empty_axes?.value === 1;
    const isGone = (axis: number) => !isNoop && (named.length === 0 || named.includes(axis));
    const kept = data.shape.map((extent, axis) => (isGone(axis) ? 1 : extent));
    const offsets = broadcastOffsets(kept, data.shape);
    const totals: number[] = [];
    numbersOf(data).forEach((value, at) => {
      const bucket = offsets[at] ?? 0;
      const total = totals[bucket];
      totals[bucket] = total === undefined ? value : compute(total, value);
    });
    return totals.length === sizeOf(shape) ? made(dtype, shape, Float64Array.from(totals)) : undefined;
  };

/** Each matrix on and above a diagonal, or on and below it; zeros elsewhere. */
export const triangle: ConstantRule = ({ inputs: [data, k], shape, attributes }) => {
  if (!data || !countable.has(data.dtype)) return undefined;
  const [diagonal = 0] = k ? numbersOf(k) : [];
  const [rows = 1, columns = 1] = shape.slice(-2);
  const isUpper = attributes.upper?.value !== 0;
  const kept = numbersOf(data).map((value, at) => {
    const above = (at % columns) - (Math.floor(at / columns) % rows) - diagonal;
    return (isUpper ? above >= 0 : above <= 0) ? value : 0;
  });
  return isExact(data) ? made(data.dtype, shape, Float64Array.from(kept)) : undefined;
};

const made = (dtype: DType, shape: StaticShape, values: Float64Array): Tensor | undefined =>
  cast(tensor("float64", shape, values), dtype);

/** Whether JavaScript's numbers hold every element. */
const isExact = (value: Tensor): boolean =>
  countable.has(value.dtype) && (!isDType(value, "int64") || numbersOf(value).every(Number.isSafeInteger));

/** The element that a broadcast tensor has at a position of the result. */
function readerOf(value: Tensor, shape: StaticShape): (at: number) => number {
  const numbers: ArrayLike<number> = isDType(value, "float32") ? value.data : numbersOf(value);
  if (numbers.length === 1) return () => numbers[0] ?? 0;
  if (numbers.length === sizeOf(shape)) return (at) => numbers[at] ?? 0;
  const offsets = broadcastOffsets(value.shape, shape);
  return (at) => numbers[offsets[at] ?? 0] ?? 0;
}

/** For each element of `to`, row by row, the position of its element in a tensor of shape `from`, which broadcasts. */
function broadcastOffsets(from: StaticShape, to: StaticShape): Int32Array {
  const offsets = new Int32Array(sizeOf(to));
  const lead = to.length - from.length;
  let [before, after] = [1, 1];
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const extent = to[axis] ?? 1;
    const own = axis < lead ? 1 : (from[axis - lead] ?? 1);
    const position = (at: number) => (own === 1 ? 0 : (Math.floor(at / after) % extent) * before);
    offsets.forEach((offset, at) => {
      offsets[at] = offset + position(at);
    });
    before *= own;
    after *= extent;
  }
  return offsets;
}

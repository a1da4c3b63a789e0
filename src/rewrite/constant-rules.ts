import { arrayOf, type DType, type TypedArray } from "../base/dtype.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats, ints, isDType, numbersOf, type Tensor, tensor, zeros } from "../base/tensor.ts";
import { dtypeOfCode } from "../onnx/data-types.ts";
import type { Attributes } from "../onnx/graph.ts";
import { attributesOf, type OpName } from "../onnx/ops.ts";

/** What a rule sees: constant inputs, in order, and the output's shape as inferred. */
interface ConstantContext {
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: StaticShape;
}

/** Gives the node's output, or undefined where it is better left to onnxruntime. */
type ConstantRule = (context: ConstantContext) => Tensor | undefined;

/** The same numbers under another shape: no copy. */
const reshaped: ConstantRule = ({ inputs: [data], shape }) => data && tensor(data.dtype, shape, data.data);

const scalarMath =
  (compute: (a: number, b: number) => number): ConstantRule =>
  ({ inputs: [a, b], shape }) => {
    if (!a || !isDType(a, "float32")) return undefined;
    if (b && !isDType(b, "float32")) return undefined;
    const size = sizeOf(shape);
    const fits = (value: Tensor | undefined) => !value || value.data.length === size || value.data.length === 1;
    if (!fits(a) || !fits(b)) return undefined;
    const at = (value: Tensor<"float32"> | undefined, i: number) => value?.data[value.data.length === 1 ? 0 : i] ?? 0;
    return floats(
      Float32Array.from({ length: size }, (_, i) => compute(at(a, i), at(b, i))),
      shape,
    );
  };

/** How to compute a node whose inputs are all constant. Ops without a row stay in the graph. */
export const constantRules: { readonly [O in OpName]?: ConstantRule } = {
  Identity: reshaped,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: ({ inputs: [data], attributes }) =>
    data && transposed(data, attributesOf("Transpose", attributes).perm ?? data.shape.map((_, i) => i).reverse()),
  Cast: ({ inputs: [data], attributes }) => {
    const to = dtypeOfCode(attributesOf("Cast", attributes).to ?? 0);
    return data && to && cast(data, to);
  },
  Neg: scalarMath((x) => -x),
  Sqrt: scalarMath(Math.sqrt),
  Reciprocal: scalarMath((x) => 1 / x),
  Floor: scalarMath(Math.floor),
  Ceil: scalarMath(Math.ceil),
  Add: scalarMath((a, b) => a + b),
  Sub: scalarMath((a, b) => a - b),
  Mul: scalarMath((a, b) => a * b),
  Div: scalarMath((a, b) => a / b),
  Pow: scalarMath((a, b) => a ** b),
};

/** The tensor with axis `perm[i]` of `source` as its axis i. */
export function transposed<D extends DType>(source: Tensor<D>, perm: readonly number[]): Tensor<D> {
  const strides = source.shape.map((_, axis) => sizeOf(source.shape.slice(axis + 1)));
  const shape = perm.map((axis) => source.shape[axis] ?? 1);
  const steps = perm.map((axis) => strides[axis] ?? 1);
  const result = zeros(source.dtype, shape);
  const [from, to]: readonly [TypedArray, TypedArray] = [source.data, result.data];
  const index = shape.map(() => 0);
  for (let at = 0, offset = 0; at < to.length; at++) {
    to[at] = from[offset] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      offset += steps[axis] ?? 0;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      offset -= (steps[axis] ?? 0) * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return result;
}

const castable: ReadonlySet<DType> = new Set(["float32", "float64", "int32", "int64", "uint8", "int8", "bool"]);

/** Floats lose their fraction towards zero, anything but 0 is true; undefined for types kept as raw bits. */
function cast(source: Tensor, to: DType): Tensor | undefined {
  if (!castable.has(source.dtype) || !castable.has(to)) return undefined;
  if (source.dtype === to) return source;
  const values = numbersOf(source);
  if (to === "bool")
    return tensor(
      "bool",
      source.shape,
      Uint8Array.from(values, (x) => (x === 0 ? 0 : 1)),
    );
  if (to === "float32") return floats(values, source.shape);
  if (to === "float64") return tensor("float64", source.shape, Float64Array.from(values));
  const whole = values.map(Math.trunc);
  if (!whole.every(Number.isSafeInteger)) return undefined;
  if (to === "int64") return ints(whole, source.shape);
  const target = new arrayOf.int32(whole.length);
  target.set(whole);
  return to === "int32" ? tensor("int32", source.shape, target) : undefined;
}

import type { DType, TypedArray } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { type Tensor, tensor, zeros } from "../base/tensor.ts";
import { dtypeOfCode } from "../onnx/data-types.ts";
import { attributesOf, type OpName } from "../onnx/ops.ts";
import { cast } from "./constant-cast.ts";
import { type ConstantRule, elementwise, folding, reducing, triangle } from "./constant-math.ts";

/** The same numbers under another shape: no copy. */
const reshaped: ConstantRule = ({ inputs: [data], shape }) => data && tensor(data.dtype, shape, data.data);

const remainder = elementwise((a, b) => a % b);
const modulus = elementwise((a, b) => a - b * Math.floor(a / b));

/** ONNX's Round: 0.5 is 0 and 1.5 is 2. */
function halfToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + Math.abs(down % 2) : Math.round(x);
}

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
  Neg: elementwise((x) => -x),
  Abs: elementwise(Math.abs),
  Sign: elementwise(Math.sign),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Round: elementwise(halfToEven),
  Sqrt: elementwise(Math.sqrt),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Reciprocal: elementwise((x) => 1 / x),
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise(
    (a, b) => a / b,
    (a, b) => Math.trunc(a / b),
  ),
  // with B's sign, or with fmod A's
  Mod: (context) => (attributesOf("Mod", context.attributes).fmod ? remainder : modulus)(context),
  Pow: elementwise((a, b) => a ** b),
  Min: folding(Math.min),
  Max: folding(Math.max),
  Equal: elementwise((a, b) => Number(a === b)),
  Greater: elementwise((a, b) => Number(a > b)),
  GreaterOrEqual: elementwise((a, b) => Number(a >= b)),
  Less: elementwise((a, b) => Number(a < b)),
  LessOrEqual: elementwise((a, b) => Number(a <= b)),
  And: elementwise((a, b) => a & b),
  Or: elementwise((a, b) => a | b),
  Xor: elementwise((a, b) => a ^ b),
  Not: elementwise((x) => 1 - x),
  Where: elementwise((condition, x, y) => (condition ? x : y)),
  Trilu: triangle,
  ReduceSum: reducing((a, b) => a + b),
  ReduceProd: reducing((a, b) => a * b),
  ReduceMin: reducing(Math.min),
  ReduceMax: reducing(Math.max),
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

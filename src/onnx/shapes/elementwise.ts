import { type DType, isFloat } from "../../base/dtype.ts";
import { type Dim, isStatic } from "../../base/shape.ts";
import { broadcast } from "./broadcast.ts";
import { counted, elementsOf, type Inferred, type Known, like, shaped } from "./known.ts";
import { atMostDims, largerDim, lessDims, modDims, smallerDim } from "./order.ts";
import { axisOf, demand, type ShapeRules, whole } from "./rule.ts";
import { addDims, divDims, equalDims, exactQuotient, mulDims, subDims } from "./symbolic.ts";

/** An op on single elements, where it can be done on extents by name; undefined where it cannot. */
type OnDims = (elements: readonly Dim[]) => Dim | undefined;

const unary = ({ X }: { readonly X: Known }) => [like(X)] as const;
const arithmetic =
  (onDims: OnDims, onFloats = onDims) =>
  ({ A, B }: { readonly A: Known; readonly B: Known }) =>
    [combined(A.dtype, [A, B], isFloat(A.dtype) ? onFloats : onDims)] as const;
const comparison =
  (onDims: OnDims) =>
  ({ A, B }: { readonly A: Known; readonly B: Known }) =>
    [combined("bool", [A, B], onDims)] as const;

/** Activations, arithmetic and comparison: the output has the broadcast shape of the inputs. */
export const elementwiseRules = {
  Relu: unary,
  LeakyRelu: unary,
  PRelu: ({ X, slope }) => [onto(X, slope)],
  ThresholdedRelu: unary,
  Clip: ({ input }) => [like(input)],
  Sigmoid: unary,
  HardSigmoid: unary,
  HardSwish: unary,
  Tanh: unary,
  Softplus: unary,
  Softsign: unary,
  Mish: unary,
  Elu: unary,
  Celu: unary,
  Selu: unary,
  Erf: unary,
  Gelu: unary,
  Softmax: ({ input, attributes }) => [alongAxis(input, attributes.axis)],
  LogSoftmax: ({ input, attributes }) => [alongAxis(input, attributes.axis)],
  Dropout: ({ data }) => [like(data), shaped("bool", data.shape)],

  Add: arithmetic(onTwo(addDims)),
  Sub: arithmetic(onTwo(subDims)),
  Mul: arithmetic(onTwo(mulDims)),
  Div: arithmetic(onTwo(divDims), onTwo(exactQuotient)),
  Mod: ({ A, B, attributes: { fmod } }) => [
    combined(A.dtype, [A, B], fmod ? onNumbers((a = 0, b = 0) => a % b) : onTwo(modDims)),
  ],
  Pow: ({ X, Y }) => [combined(X.dtype, [X, Y], onNumbers(Math.pow))],
  Sqrt: unary,
  Exp: unary,
  Log: unary,
  Sin: unary,
  Cos: unary,
  Abs: ({ X }) => [combined(X.dtype, [X], onNumbers(Math.abs))],
  Neg: ({ X }) => [combined(X.dtype, [X], ([x = 0]) => subDims(0, x))],
  Reciprocal: unary,
  Sign: ({ X }) => [combined(X.dtype, [X], onNumbers(Math.sign))],
  Floor: ({ X }) => [combined(X.dtype, [X], ([x]) => x)],
  Ceil: ({ X }) => [combined(X.dtype, [X], ([x]) => x)],
  Round: unary,
  Min: ({ data }) => [combined(data[0]?.dtype ?? "float32", data, folding(smallerDim))],
  Max: ({ data }) => [combined(data[0]?.dtype ?? "float32", data, folding(largerDim))],

  Equal: comparison(onTwo((a, b) => bit(equalDims(a, b)))),
  Greater: comparison(onTwo((a, b) => bit(lessDims(b, a)))),
  GreaterOrEqual: comparison(onTwo((a, b) => bit(atMostDims(b, a)))),
  Less: comparison(onTwo((a, b) => bit(lessDims(a, b)))),
  LessOrEqual: comparison(onTwo((a, b) => bit(atMostDims(a, b)))),
  And: comparison(onNumbers((a = 0, b = 0) => a & b)),
  Or: comparison(onNumbers((a = 0, b = 0) => a | b)),
  Xor: comparison(onNumbers((a = 0, b = 0) => a ^ b)),
  Not: ({ X }) => [
    combined(
      "bool",
      [X],
      onNumbers((x = 0) => 1 - x),
    ),
  ],
  IsNaN: ({ X }) => [shaped("bool", X.shape)],
  IsInf: ({ X }) => [shaped("bool", X.shape)],
  Where: ({ condition, X, Y }) => [combined(X.dtype, [condition, X, Y], chosen)],
  Trilu: ({ input }) => {
    demand(
      !input.shape || input.shape.length >= 2,
      () => `input has rank ${input.shape?.length}; it needs [..., M, N]`,
    );
    return [like(input)];
  },
} satisfies Partial<ShapeRules>;

function alongAxis(input: Known, axis: number): Inferred {
  if (input.shape && input.shape.length > 0) axisOf(axis, input.shape.length);
  return like(input);
}

/** X with what broadcasts to it and must not widen it. */
function onto(X: Known, other: Known): Inferred {
  const made = broadcast([X.shape, other.shape]);
  const widened =
    made && X.shape && (made.length > X.shape.length || made.some((dim, at) => X.shape?.[at] === 1 && dim !== 1));
  demand(!widened, () => "the second input does not broadcast to the first");
  return like(X);
}

/** Of floats only whole numbers are followed, exporters divide extents so; others would be rounded as the engine does. */
function combined(dtype: DType, inputs: readonly Known[], onDims: OnDims): Inferred {
  const shape = broadcast(inputs.map((input) => input.shape));
  const size = shape && whole(shape);
  if (!size || !isStatic(size) || size.length > 1) return shaped(dtype, shape);
  return counted(dtype, size, elementByElement(inputs, size[0] ?? 1, onDims));
}

function elementByElement(inputs: readonly Known[], length: number, onDims: OnDims): readonly Dim[] | undefined {
  const columns: (readonly Dim[])[] = [];
  for (const input of inputs) {
    const elements = elementsOf(input);
    if (!elements?.every(isWhole)) return undefined;
    columns.push(elements);
  }
  const results = Array.from({ length }, (_, at) =>
    onDims(columns.map((column) => column[column.length === 1 ? 0 : at] ?? 0)),
  );
  return results.every(isWhole) ? whole(results) : undefined;
}

const isWhole = (element: Dim | undefined): boolean => typeof element !== "number" || Number.isInteger(element);

function onTwo(f: (a: Dim, b: Dim) => Dim | undefined): OnDims {
  return ([a = 0, b = 0]) => f(a, b);
}

/** From the first element to the last, two at a time. */
function folding(f: (a: Dim, b: Dim) => Dim | undefined): OnDims {
  return ([first, ...rest]) =>
    rest.reduce<Dim | undefined>((folded, next) => (folded === undefined ? undefined : f(folded, next)), first);
}

function onNumbers(f: (...numbers: number[]) => number): OnDims {
  return (elements) => (isStatic(elements) ? f(...elements) : undefined);
}

const bit = (truth: boolean | undefined): Dim | undefined => (truth === undefined ? undefined : Number(truth));

function chosen([condition, x, y]: readonly Dim[]): Dim | undefined {
  if (typeof condition === "number") return condition ? x : y;
  return x === y ? x : undefined;
}

import { type DType, isFloat } from "../../base/dtype.ts";
import { type Dim, isStatic } from "../../base/shape.ts";
import { broadcast } from "./broadcast.ts";
import { counted, elementsOf, type Inferred, type Known, like, shaped } from "./known.ts";
import { axisOf, type ShapeRules, whole } from "./rule.ts";
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
  Clip: ({ input }) => [like(input)],
  Sigmoid: unary,
  HardSigmoid: unary,
  HardSwish: unary,
  Tanh: unary,
  Softplus: unary,
  Elu: unary,
  Erf: unary,
  Gelu: unary,
  Softmax: ({ input, attributes }) => [alongAxis(input, attributes.axis)],
  LogSoftmax: ({ input, attributes }) => [alongAxis(input, attributes.axis)],
  Dropout: ({ data }) => [like(data), shaped("bool", data.shape)],

  Add: arithmetic(onTwo(addDims)),
  Sub: arithmetic(onTwo(subDims)),
  Mul: arithmetic(onTwo(mulDims)),
  Div: arithmetic(onTwo(divDims), onTwo(exactQuotient)),
  Pow: ({ X, Y }) => [combined(X.dtype, [X, Y], onNumbers(Math.pow))],
  Sqrt: unary,
  Exp: unary,
  Log: unary,
  Abs: ({ X }) => [combined(X.dtype, [X], onNumbers(Math.abs))],
  Neg: ({ X }) => [combined(X.dtype, [X], ([x = 0]) => subDims(0, x))],
  Reciprocal: unary,
  Sign: ({ X }) => [combined(X.dtype, [X], onNumbers(Math.sign))],
  Floor: ({ X }) => [combined(X.dtype, [X], ([x]) => x)],
  Ceil: ({ X }) => [combined(X.dtype, [X], ([x]) => x)],
  Min: ({ data }) => [combined(data[0]?.dtype ?? "float32", data, onNumbers(Math.min))],
  Max: ({ data }) => [combined(data[0]?.dtype ?? "float32", data, onNumbers(Math.max))],

  Equal: comparison(onTwo((a, b) => bit(equalDims(a, b)))),
  Greater: comparison(onNumbers((a = 0, b = 0) => Number(a > b))),
  GreaterOrEqual: comparison(onNumbers((a = 0, b = 0) => Number(a >= b))),
  Less: comparison(onNumbers((a = 0, b = 0) => Number(a < b))),
  LessOrEqual: comparison(onNumbers((a = 0, b = 0) => Number(a <= b))),
  And: comparison(onNumbers((a = 0, b = 0) => a & b)),
  Or: comparison(onNumbers((a = 0, b = 0) => a | b)),
  Not: ({ X }) => [
    combined(
      "bool",
      [X],
      onNumbers((x = 0) => 1 - x),
    ),
  ],
  Where: ({ condition, X, Y }) => [combined(X.dtype, [condition, X, Y], chosen)],
} satisfies Partial<ShapeRules>;

function alongAxis(input: Known, axis: number): Inferred {
  if (input.shape && input.shape.length > 0) axisOf(axis, input.shape.length);
  return like(input);
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

function onNumbers(f: (...numbers: number[]) => number): OnDims {
  return (elements) => (isStatic(elements) ? f(...elements) : undefined);
}

const bit = (truth: boolean | undefined): Dim | undefined => (truth === undefined ? undefined : Number(truth));

function chosen([condition, x, y]: readonly Dim[]): Dim | undefined {
  if (typeof condition === "number") return condition ? x : y;
  return x === y ? x : undefined;
}

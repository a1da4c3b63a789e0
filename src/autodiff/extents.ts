import { arrayOf, type DType } from "../base/dtype.ts";
import { GraphError } from "../base/errors.ts";
import { isStatic, type Shape, type StaticShape, sameShape, sizeOf } from "../base/shape.ts";
import { floats, numbersOf, type Tensor, tensor } from "../base/tensor.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import { dataTypeCodes } from "../onnx/data-types.ts";

/** The shape of a value whose rank a rule cannot do without. @throws {GraphError} "bad-shape" */
export function shapeOf({ name, shape }: Value): Shape {
  if (shape) return shape;
  throw new GraphError("bad-shape", `The shape of "${name}" is not known, so it cannot be differentiated.`, {
    hint: "Give the graph's inputs shapes; only the batch may be symbolic.",
  });
}

/** Extents from axis 2 on, which must be numbers: windows cannot be laid out otherwise. @throws {GraphError} "bad-shape" */
export function spatialExtents(value: Value): readonly number[] {
  const spatial = shapeOf(value).slice(2);
  if (isStatic(spatial)) return spatial;
  throw new GraphError("bad-shape", `"${value.name}" has the extents [${spatial.join(", ")}]; numbers are needed.`, {
    hint: "Give the graph's input a fixed height and width; only the batch may be symbolic.",
  });
}

/** An extent that must be a number. @throws {GraphError} "bad-shape" */
export function extentOf(value: Value, axis: number): number {
  const extent = shapeOf(value).at(axis);
  if (typeof extent === "number") return extent;
  throw new GraphError("bad-shape", `Axis ${axis} of "${value.name}" has the extent ${extent}; a number is needed.`, {
    hint: "Only the batch may be symbolic, and stands in front: export the model with a fixed picture size.",
  });
}

/** Axes counted from the front. */
export const positiveAxes = (axes: readonly number[], rank: number): readonly number[] =>
  axes.map((axis) => (axis < 0 ? axis + rank : axis));

/** Rows or columns that a rule lays out one by one: no map of a network has as many. */
const mostRows = 2 ** 16;

/** Numbers of a constant that a rule makes up, for the shape that it says. */
const mostMadeUp = 2 ** 24;

/** How many numbers a constant of this shape has. @throws {GraphError} "bad-shape" for more than 16,777,216 */
export function sizeToMake(extents: StaticShape): number {
  const size = sizeOf(extents);
  if (size <= mostMadeUp) return size;
  throw new GraphError("bad-shape", `A constant of shape [${extents.join(", ")}] is more than Regraft makes up.`, {
    hint: tooLarge,
  });
}

const tooLarge =
  "Where the picture's size is absurd, the file is damaged; else let the preprocessing make smaller pictures.";

/** 0, 1, ..., count - 1. @throws {GraphError} "bad-shape" for more than 65,536 */
export function range(count: number): readonly number[] {
  if (count <= mostRows) return Array.from({ length: count }, (_, at) => at);
  throw new GraphError("bad-shape", `${count} rows or columns are more than Regraft differentiates.`, {
    hint: tooLarge,
  });
}

/** The numbers of a constant, or undefined where they depend on the run. */
export const numbersIn = (value: Value): readonly number[] | undefined => value.constant && numbersOf(value.constant);

/** Reshapes to the shape of `like`, which has as many elements. One symbolic extent becomes -1; several need a Shape. */
export function reshapeLike(g: GraphBuilder, value: Value, like: Value): Value {
  if (value.shape && like.shape && sameShape(value.shape, like.shape)) return value;
  // without allowzero a 0 copies an extent of `value`
  return g.Reshape(value, target(g, like), like.shape?.includes(0) ? { allowzero: 1 } : {});
}

function target(g: GraphBuilder, like: Value): Value {
  const symbolic = like.shape?.filter((dim) => typeof dim === "string").length;
  const solvable = symbolic === 0 || (symbolic === 1 && !like.shape?.includes(0));
  return like.shape && solvable ? g.ints(like.shape.map((dim) => (typeof dim === "string" ? -1 : dim))) : g.Shape(like);
}

/** Repeats `value` to the shape of `like`, to which it broadcasts. Axes that agree by name need no Shape. */
export function expandLike(g: GraphBuilder, value: Value, like: Value): Value {
  const [from, to] = [shapeOf(value), shapeOf(like)];
  if (sameShape(from, to)) return value;
  const known = to.map((dim, axis) => (dim === from[axis - to.length + from.length] ? 1 : dim));
  return g.Expand(value, isStatic(known) ? g.ints(known) : g.Shape(like));
}

/** Zeros in the shape and dtype of `like`. */
export const zerosLike = (g: GraphBuilder, like: Value): Value =>
  zerosOf(g, like.shape && isStatic(like.shape) ? g.ints(like.shape) : g.Shape(like), like);

/** Zeros in the dtype of `like`. @param extents int64 vector */
export const zerosOf = (g: GraphBuilder, extents: Value, like: Value): Value =>
  g.ConstantOfShape(extents, { value: scalarTensor(like.dtype, 0, [1]) });

/** A constant number of the dtype of `like`. */
export const scalar = (g: GraphBuilder, like: Value, number: number): Value =>
  g.constant(scalarTensor(like.dtype, number, []));

function scalarTensor(dtype: DType, number: number, shape: readonly number[]): Tensor {
  if (dtype === "float32") return floats([number], shape);
  if (dtype === "float64") return tensor("float64", shape, Float64Array.of(number));
  if (number === 0) return tensor(dtype, shape, new arrayOf[dtype](1));
  throw new GraphError("no-gradient", `Gradients of ${dtype} tensors are not handled.`, {
    hint: "Convert the model to float32 before training it.",
  });
}

/** Bools as 0 and 1 in the dtype of `like`. */
export const asNumbers = (g: GraphBuilder, mask: Value, like: Value): Value =>
  g.Cast(mask, { to: dataTypeCodes[like.dtype] });

/** The number of elements along `axes`, as a value of the dtype of `like` with one element or none of axes. */
export function countOf(g: GraphBuilder, value: Value, axes: readonly number[]): Value {
  const shape = shapeOf(value);
  const known = axes.reduce((product, axis) => product * (typeof shape[axis] === "number" ? shape[axis] : 1), 1);
  return axes
    .filter((axis) => typeof shape[axis] === "string")
    .map((axis) => asNumbers(g, g.Shape(value, { start: axis, end: axis + 1 }), value))
    .reduce((product, extent) => g.Mul(product, extent), scalar(g, value, known));
}

/** Zeros put in front of and behind an axis; negative: so many elements cut off. */
export interface Margin {
  readonly axis: number;
  readonly front: number;
  readonly back: number;
}

/**
 * Pads or crops some axes. All axes are spelled out in the node: onnxruntime 1.30 moves a Transpose across a Pad that
 * has an `axes` input and then reads its pads wrongly.
 */
export function padded(g: GraphBuilder, value: Value, margins: readonly Margin[]): Value {
  const rank = shapeOf(value).length;
  const moved = margins.filter(({ front, back }) => front !== 0 || back !== 0);
  if (moved.length === 0) return value;
  const at = (axis: number) => moved.find((margin) => margin.axis === axis);
  const front = range(rank).map((axis) => at(axis)?.front ?? 0);
  return g.Pad(value, g.ints([...front, ...range(rank).map((axis) => at(axis)?.back ?? 0)]));
}

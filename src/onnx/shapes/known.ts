import type { DType } from "../../base/dtype.ts";
import { type Dim, isStatic, type Shape } from "../../base/shape.ts";
import { floats, ints, numbersOf, type Tensor, tensor } from "../../base/tensor.ts";
import type { ValueInfo } from "../graph.ts";

/** What a shape rule sees of an input, and says of an output: constants travel along where they are known. */
export interface Known extends ValueInfo {
  /** The numbers, where they are constant. */
  readonly constant?: Tensor;
  /** The elements of a small tensor in row-major order: numbers, or extents by name ("N"). */
  readonly dims?: readonly Dim[];
}

/** A shape of known rank in which single extents may be unknown. */
export type PartialShape = readonly (Dim | undefined)[];

/** What a shape rule says of one output. */
export interface Inferred {
  readonly dtype: DType;
  /** undefined: not even the rank is known. */
  readonly shape: PartialShape | undefined;
  readonly constant?: Tensor;
  readonly dims?: readonly Dim[];
}

/** Shape arithmetic is done by hand on few numbers; larger tensors are data. */
export const MOST_ELEMENTS = 64;

/** As many as a tensor has axes: the scales of a Resize. Longer float vectors are weights. */
const MOST_FLOATS = 8;

/** How many elements of a tensor of this dtype are followed. */
function mostElements(dtype: DType): number {
  if (dtype === "float32") return MOST_FLOATS;
  return dtype === "int64" || dtype === "int32" || dtype === "bool" ? MOST_ELEMENTS : -1;
}

/** An output of this dtype and shape, its numbers unknown. */
export const shaped = (dtype: DType, shape: PartialShape | undefined): Inferred => ({ dtype, shape });

/** dtype and shape of `known` without its numbers. */
export const like = ({ dtype, shape }: Known): Inferred => ({ dtype, shape });

/** A tensor whose elements are known; they are kept where it is small. */
export function counted(dtype: DType, shape: Shape, dims: readonly Dim[] | undefined): Inferred {
  if (!dims || dims.length > mostElements(dtype)) return { dtype, shape };
  const constant = isStatic(dims) && isStatic(shape) ? constantOf(dtype, shape, dims) : undefined;
  return constant ? { dtype, shape, dims, constant } : { dtype, shape, dims };
}

/** The elements of a small tensor, where they are known; -1 and the like included. */
export function elementsOf(known: Known | undefined): readonly Dim[] | undefined {
  if (!known) return undefined;
  if (known.dims) return known.dims;
  const { constant } = known;
  if (!constant || constant.data.length > mostElements(constant.dtype)) return undefined;
  return numbersOf(constant);
}

/** The elements as numbers, where all of them are. */
export function numbersKnown(known: Known | undefined): readonly number[] | undefined {
  const dims = elementsOf(known);
  return dims && isStatic(dims) ? dims : undefined;
}

/** How many elements a vector has, where that is known. */
export function lengthOf(known: Known | undefined): number | undefined {
  const extent = known?.shape?.length === 1 ? known.shape[0] : undefined;
  return typeof extent === "number" ? extent : undefined;
}

function constantOf(dtype: DType, shape: readonly number[], values: readonly number[]): Tensor {
  if (dtype === "int64") return ints(values, shape);
  if (dtype === "float32") return floats(values, shape);
  return dtype === "bool"
    ? tensor("bool", shape, Uint8Array.from(values))
    : tensor("int32", shape, Int32Array.from(values));
}

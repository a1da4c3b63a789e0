import { arrayOf, type DType } from "../../src/base/dtype.ts";
import { type StaticShape, sizeOf } from "../../src/base/shape.ts";
import { isDType, numbersOf, type Tensor, tensor } from "../../src/base/tensor.ts";
import { at, type Index, indicesOf } from "./index-space.ts";

export type Element = number | bigint;

/** The data of a float tensor. */
export function floatsOf(value: Tensor): Float64Array {
  if (!isDType(value, "float64")) throw new TypeError(`a float tensor is needed here, not ${value.dtype}`);
  return value.data;
}

/** The elements of an integer tensor, as numbers. */
export function integersOf(value: Tensor): readonly number[] {
  if (value.dtype !== "int64" && value.dtype !== "int32") throw new TypeError(`integers needed, not ${value.dtype}`);
  return numbersOf(value);
}

/** The one element of a scalar (or one-element) tensor. */
export const scalarOf = (value: Tensor): Element => at<Element>(value.data, 0);

/** A tensor of these elements; numbers become bigint and back as `dtype` asks, fractions are cut towards 0. */
export function tensorOf(dtype: DType, shape: StaticShape, elements: readonly Element[]): Tensor {
  const data = new arrayOf[dtype](sizeOf(shape));
  if (elements.length !== data.length) throw new RangeError(`${elements.length} elements for [${shape}]`);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    data.set(elements.map((element) => (typeof element === "bigint" ? element : BigInt(Math.trunc(element)))));
  } else {
    data.set(elements.map(Number));
  }
  return tensor(dtype, shape, data);
}

/** A float64 tensor whose element at each index is `value(index)`. */
export const float64 = (shape: StaticShape, value: (index: Index) => number): Tensor =>
  tensor("float64", shape, Float64Array.from(indicesOf(shape), value));

/** A tensor of `source`'s elements in another place: the element at `index` comes from the flat position `from(index)`. */
export const moved = (source: Tensor, shape: StaticShape, from: (index: Index) => number): Tensor =>
  tensorOf(
    source.dtype,
    shape,
    indicesOf(shape).map((index) => at<Element>(source.data, from(index))),
  );

/** The larger of two elements; Math.max does not take bigints. */
export function larger<E extends Element>(a: E, b: E): E {
  if (b > a) return b;
  return a;
}

/** The smaller of two elements. */
export const smaller = <E extends Element>(a: E, b: E): E => (larger(a, b) === a ? b : a);

/** How an update is combined with what is there, by the name of a `reduction`. */
export const reducers: Readonly<Record<string, (old: Element, update: Element) => Element>> = {
  none: (_, update) => update,
  add: (old, update) => (typeof old === "bigint" ? old + BigInt(update) : old + Number(update)),
  mul: (old, update) => (typeof old === "bigint" ? old * BigInt(update) : old * Number(update)),
  min: smaller,
  max: larger,
};

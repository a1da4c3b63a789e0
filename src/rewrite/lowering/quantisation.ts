import type { DType } from "../../base/dtype.ts";
import { GraphError } from "../../base/errors.ts";
import { formatShape, sizeOf } from "../../base/shape.ts";
import { numbersOf, type Tensor, tensor } from "../../base/tensor.ts";

/** real = (integer − zeroPoint) · scale, for all of a tensor or along an axis. */
export interface Quantisation {
  readonly scale: Tensor;
  /** As many as scales. */
  readonly zeroPoint: readonly number[];
  readonly axis: number;
  /** Along the axis, how many elements share a scale; 0: an element has its own. */
  readonly blockSize: number;
  /** The integers' type. */
  readonly dtype: DType;
}

/** The least and the greatest integer of the types that are quantised to. */
const ranges: { readonly [D in DType]?: readonly [number, number] } = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

export const isPerTensor = ({ scale }: Quantisation): boolean => scale.data.length === 1;

/** The real numbers that the least and the greatest integer stand for, where there is one scale. */
export function boundsOf({ scale, zeroPoint: [zero = 0], dtype }: Quantisation): readonly [number, number] | undefined {
  const range = ranges[dtype];
  const [size = 1] = numbersOf(scale);
  return range && [(range[0] - zero) * size, (range[1] - zero) * size];
}

export function sameQuantisation(a: Quantisation, b: Quantisation): boolean {
  const [left, right] = [a, b].map(({ scale, zeroPoint, axis }) =>
    JSON.stringify([numbersOf(scale), zeroPoint, scale.data.length === 1 ? 0 : axis]),
  );
  return left === right;
}

/** The real numbers of integers: (q − zeroPoint) · scale. */
export function dequantised(integers: Tensor, quantisation: Quantisation): Tensor<"float32"> {
  const [scales, at] = [numbersOf(quantisation.scale), scaleIndex(integers, quantisation)];
  const { zeroPoint } = quantisation;
  const data = Float32Array.from(numbersOf(integers), (q, position) => {
    const own = at(position);
    return (q - (zeroPoint[own] ?? 0)) * (scales[own] ?? 1);
  });
  return tensor("float32", integers.shape, data);
}

/** The real numbers that floats become when they are rounded to integers, half to even, and cut to their range. */
export function requantised(reals: Tensor, quantisation: Quantisation): Tensor<"float32"> {
  const [scales, at] = [numbersOf(quantisation.scale), scaleIndex(reals, quantisation)];
  const [low, high] = ranges[quantisation.dtype] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const data = Float32Array.from(numbersOf(reals), (x, position) => {
    const own = at(position);
    const [scale, zero] = [scales[own] ?? 1, quantisation.zeroPoint[own] ?? 0];
    const q = Math.max(low, Math.min(high, halfToEven(Math.fround(x / scale)) + zero));
    return (q - zero) * scale;
  });
  return tensor("float32", reals.shape, data);
}

function halfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * From an element's position to that of its scale: scales are one, one per index of the axis, or one per block.
 *
 * @throws {GraphError} "bad-shape" where there are not as many scales and zero points as that takes
 */
function scaleIndex(
  { shape }: Tensor,
  { scale, zeroPoint, axis, blockSize }: Quantisation,
): (position: number) => number {
  if (scale.data.length === 1 && zeroPoint.length === 1) return () => 0;
  const along = axis < 0 ? axis + shape.length : axis;
  const [extent, inner] = [shape[along] ?? 1, sizeOf(shape.slice(along + 1))];
  const blocks = blockSize === 0 ? extent : Math.ceil(extent / blockSize);
  const expected = blockSize === 0 ? extent : sizeOf(shape.map((own, at) => (at === along ? blocks : own)));
  if (scale.data.length !== expected || zeroPoint.length !== expected) {
    throw new GraphError(
      "bad-shape",
      `A tensor ${formatShape(shape)} quantised along axis ${axis} takes ${expected} scales and zero points; it has ${scale.data.length} and ${zeroPoint.length}.`,
    );
  }
  if (blockSize === 0) return (position) => Math.floor(position / inner) % extent;
  return (position) => {
    const [row, outer] = [Math.floor(position / inner) % extent, Math.floor(position / inner / extent)];
    return (outer * blocks + Math.floor(row / blockSize)) * inner + (position % inner);
  };
}

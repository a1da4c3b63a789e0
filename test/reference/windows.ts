import type { StaticShape } from "../../src/base/shape.ts";
import { at, indicesOf, offsetOf, stridesOf } from "./index-space.ts";

/** A sliding window over the spatial axes of a picture [N, C, ...spatial]. */
export interface Sliding {
  readonly kernel: StaticShape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after each spatial axis. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

export interface WindowAttributes {
  readonly auto_pad: string;
  readonly pads: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
}

/** Extent of a dilated kernel along each axis: (k - 1) · dilation + 1. */
export const reach = ({ kernel, dilations }: Pick<Sliding, "kernel" | "dilations">): readonly number[] =>
  kernel.map((extent, axis) => (extent - 1) * at(dilations, axis) + 1);

/** The window that an op's attributes mean on pictures of this spatial size: defaults filled in, auto_pad worked out. */
export function slidingOf(attributes: WindowAttributes, spatial: StaticShape, kernel: StaticShape): Sliding {
  const { auto_pad, pads, strides = kernel.map(() => 1), dilations = kernel.map(() => 1) } = attributes;
  const shape = { kernel, strides, dilations };
  if (auto_pad === "NOTSET") {
    const rank = kernel.length;
    const both = pads ?? [...kernel, ...kernel].map(() => 0);
    return { ...shape, begin: both.slice(0, rank), end: both.slice(rank) };
  }
  if (auto_pad === "VALID") return { ...shape, begin: kernel.map(() => 0), end: kernel.map(() => 0) };
  const extents = reach(shape);
  const totals = spatial.map((size, axis) => {
    const stride = at(strides, axis);
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + at(extents, axis) - size);
  });
  return { ...shape, ...halves(totals, auto_pad) };
}

/** Splits each axis' padding in two; an odd one goes to the end for SAME_UPPER, to the beginning for SAME_LOWER. */
export function halves(totals: readonly number[], auto_pad: string): Pick<Sliding, "begin" | "end"> {
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return auto_pad === "SAME_LOWER" ? { begin: more, end: less } : { begin: less, end: more };
}

/** Spatial size of the output. With `ceilMode` a last window may hang over the end, but not start in the end padding. */
export function outputSize(spatial: StaticShape, sliding: Sliding, ceilMode = false): StaticShape {
  const extents = reach(sliding);
  return spatial.map((size, axis) => {
    const [stride, begin] = [at(sliding.strides, axis), at(sliding.begin, axis)];
    const steps = (size + begin + at(sliding.end, axis) - at(extents, axis)) / stride;
    if (!ceilMode) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    return (count - 1) * stride >= size + begin ? count - 1 : count;
  });
}

/** A tap of the kernel and the pixel under it, as flat positions in the kernel and in the picture's spatial plane. */
export interface Tap {
  readonly tap: number;
  readonly pixel: number;
}

/** For each place of the window, in row-major order, its taps that lie inside of the picture. */
export function windows(spatial: StaticShape, places: StaticShape, sliding: Sliding): readonly (readonly Tap[])[] {
  const { kernel, strides, dilations, begin } = sliding;
  const strideOf = stridesOf(spatial);
  return indicesOf(places).map((place) =>
    indicesOf(kernel).flatMap((tapIndex, tap) => {
      const position = tapIndex.map(
        (tapAt, axis) => at(place, axis) * at(strides, axis) + tapAt * at(dilations, axis) - at(begin, axis),
      );
      const inside = position.every((p, axis) => p >= 0 && p < at(spatial, axis));
      return inside ? [{ tap, pixel: offsetOf(position, strideOf) }] : [];
    }),
  );
}

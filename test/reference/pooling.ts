import { type StaticShape, sizeOf } from "../../src/base/shape.ts";
import { type Tensor, tensor } from "../../src/base/tensor.ts";
import { floatsOf, tensorOf } from "./elements.ts";
import { at, indicesOf, offsetOf, stridesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { outputSize, slidingOf, windows } from "./windows.ts";

/** The first largest pixel of each window, and its position in X's flat data. Padding never wins. */
const MaxPool: Kernel<"MaxPool"> = ({ X }, attributes) => {
  const { lead, spatial, planes } = planesOf(X);
  const sliding = slidingOf(attributes, spatial, attributes.kernel_shape ?? []);
  const places = outputSize(spatial, sliding, attributes.ceil_mode !== 0);
  const taps = windows(spatial, places, sliding);
  const inPlane = attributes.storage_order === 0 ? (pixel: number) => pixel : columnMajor(spatial);
  const values: number[] = [];
  const indices: number[] = [];
  planes.forEach((plane, number) => {
    for (const window of taps) {
      const [first, ...others] = window.map(({ pixel }) => pixel);
      if (first === undefined) throw new RangeError("a MaxPool window lies wholly in the padding");
      const best = others.reduce((top, pixel) => (at(plane, pixel) > at(plane, top) ? pixel : top), first);
      values.push(at(plane, best));
      indices.push(number * plane.length + inPlane(best));
    }
  });
  const shape = [...lead, ...places];
  return [tensor("float64", shape, Float64Array.from(values)), tensorOf("int64", shape, indices)];
};

/** Position in a column-major plane of a row-major position. */
function columnMajor(spatial: StaticShape): (pixel: number) => number {
  const order = indicesOf(spatial);
  const strides = stridesOf(spatial.toReversed()).toReversed();
  return (pixel) => offsetOf(at(order, pixel), strides);
}

/** The mean of each window: over its pixels in the picture, or with count_include_pad over those in the padding too. */
const AveragePool: Kernel<"AveragePool"> = ({ X }, attributes) => {
  const { lead, spatial, planes } = planesOf(X);
  const sliding = slidingOf(attributes, spatial, attributes.kernel_shape ?? []);
  const places = outputSize(spatial, sliding, attributes.ceil_mode !== 0);
  const taps = windows(spatial, places, sliding);
  const padded = spatial.map((size, axis) => size + at(sliding.begin, axis) + at(sliding.end, axis));
  const counted =
    attributes.count_include_pad === 0
      ? taps
      : windows(padded, places, { ...sliding, begin: padded.map(() => 0), end: padded.map(() => 0) });
  const values = planes.flatMap((plane) =>
    taps.map((window, place) => {
      const sum = window.reduce((total, { pixel }) => total + at(plane, pixel), 0);
      return sum / at(counted, place).length;
    }),
  );
  return [tensor("float64", [...lead, ...places], Float64Array.from(values))];
};

const globalPool =
  (pool: (plane: Float64Array) => number) =>
  ({ X }: { readonly X: Tensor }): readonly Tensor[] => {
    const { lead, spatial, planes } = planesOf(X);
    return [tensor("float64", [...lead, ...spatial.map(() => 1)], Float64Array.from(planes, pool))];
  };

/** X [N, C, ...spatial] as N · C planes. */
function planesOf(X: Tensor) {
  const [lead, spatial] = [X.shape.slice(0, 2), X.shape.slice(2)];
  const size = sizeOf(spatial);
  const planes = Array.from({ length: sizeOf(lead) }, (_, plane) =>
    floatsOf(X).subarray(plane * size, (plane + 1) * size),
  );
  return { lead, spatial, planes };
}

export const pooling: Kernels<"MaxPool" | "AveragePool" | "GlobalAveragePool" | "GlobalMaxPool"> = {
  MaxPool,
  AveragePool,
  GlobalAveragePool: globalPool((plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length),
  GlobalMaxPool: globalPool((plane) => plane.reduce((top, value) => Math.max(top, value))),
};

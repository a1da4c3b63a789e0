import type { Tensor } from "../../src/base/tensor.ts";
import type { AttributeValues } from "../../src/onnx/ops.ts";
import { float64, floatsOf, integersOf } from "./elements.ts";
import { at, axisOf, offsetOf, stridesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

type Attributes = AttributeValues<"Resize">;

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  readonly roi: readonly [number, number];
}

/** An element of the input and its weight. */
type Tap = readonly [position: number, weight: number];

/** A quotient in float32, as onnxruntime has it: where it is a whole number there, it must be one here. */
const over = (a: number, b: number): number => Math.fround(a / b);

/** The sampling point on the input's axis, as ONNX's text gives it for each coordinate_transformation_mode. */
const sampling: Readonly<Record<string, (x: number, axis: Axis) => number>> = {
  half_pixel: (x, { scale }) => over(x + 0.5, scale) - 0.5,
  half_pixel_symmetric: (x, { input, output, scale }) => {
    const adjustment = over(output, Math.fround(input * scale));
    return (input / 2) * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (x, { output, scale }) => (output > 1 ? over(x + 0.5, scale) - 0.5 : 0),
  asymmetric: (x, { scale }) => over(x, scale),
  align_corners: (x, { input, output }) => (output > 1 ? (x * (input - 1)) / (output - 1) : 0),
  tf_half_pixel_for_nn: (x, { scale }) => over(x + 0.5, scale),
  tf_crop_and_resize: (x, { input, output, roi: [start, end] }) =>
    output > 1
      ? start * (input - 1) + over(x * (end - start) * (input - 1), output - 1)
      : 0.5 * (start + end) * (input - 1),
};

const rounding: Readonly<Record<string, (at: number) => number>> = {
  round_prefer_floor: (at) => (at % 1 === 0.5 ? Math.floor(at) : Math.round(at)),
  round_prefer_ceil: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
};

/** The taps around a sampling point; they may lie outside of the axis. */
const modes: Readonly<Record<string, (at: number, attributes: Attributes) => readonly Tap[]>> = {
  nearest: (point, { nearest_mode }) => [[rounding[nearest_mode]?.(point) ?? Number.NaN, 1]],
  linear: (point) => [0, 1].map((step) => [Math.floor(point) + step, 1 - Math.abs(point - Math.floor(point) - step)]),
  cubic: (point, { cubic_coeff_a: a }) => {
    const s = point - Math.floor(point);
    // ONNX's coefficients: |d|³, d², d, 1 by distance within and beyond 1
    const near = (d: number) => (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
    const far = (d: number) => a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a;
    const weights = [far(1 + s), near(s), near(1 - s), far(2 - s)];
    return weights.map((weight, tap) => [Math.floor(point) - 1 + tap, weight]);
  },
};

function tapsAt(x: number, axis: Axis, attributes: Attributes): readonly Tap[] | undefined {
  const [sample, mode] = [sampling[attributes.coordinate_transformation_mode], modes[attributes.mode]];
  if (!sample || !mode || attributes.antialias) throw new Error("this Resize is not known here");
  if (axis.scale === 1) return [[x, 1]];
  const point = Math.fround(sample(x, axis));
  const cropped = attributes.coordinate_transformation_mode === "tf_crop_and_resize";
  if (cropped && (point < 0 || point > axis.input - 1)) return undefined;
  const taps = mode(point, attributes);
  if (attributes.mode === "cubic" && attributes.exclude_outside) {
    const inside = taps.filter(([position]) => position >= 0 && position < axis.input);
    const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
    return inside.map(([position, weight]) => [position, weight / total]);
  }
  return taps.map(([position, weight]) => [Math.min(Math.max(position, 0), axis.input - 1), weight]);
}

function axesOf(
  X: Tensor,
  roi: Tensor | undefined,
  scales: Tensor | undefined,
  sizes: Tensor | undefined,
  a: Attributes,
) {
  const rank = X.shape.length;
  const named = a.axes?.map((axis) => axisOf(axis, rank)) ?? X.shape.map((_, axis) => axis);
  return X.shape.map((input, axis): Axis => {
    const entry = named.indexOf(axis);
    if (entry < 0) return { input, output: input, scale: 1, roi: [0, 1] };
    const region = roi && roi.data.length > 0 ? floatsOf(roi) : undefined;
    const crop = region ? ([at(region, entry), at(region, entry + named.length)] as const) : ([0, 1] as const);
    if (scales && scales.data.length > 0) {
      const scale = at(floatsOf(scales), entry);
      return { input, output: Math.floor(Math.fround(input * scale)), scale, roi: crop };
    }
    const output = sizes ? at(integersOf(sizes), entry) : input;
    return { input, output, scale: Math.fround(output / input), roi: crop };
  });
}

/** Along every axis each output is a weighted sum of the inputs around its sampling point. */
const Resize: Kernel<"Resize"> = ({ X, roi, scales, sizes }, attributes) => {
  const axes = axesOf(X, roi, scales, sizes, attributes);
  const [data, strides] = [floatsOf(X), stridesOf(X.shape)];
  const taps = axes.map((axis) => Array.from({ length: axis.output }, (_, x) => tapsAt(x, axis, attributes)));
  const sum = (index: readonly number[], picked: readonly number[]): number => {
    if (picked.length === index.length) return at(data, offsetOf(picked, strides));
    const own = at(taps, picked.length)[at(index, picked.length)] ?? [];
    return own.reduce((total, [position, weight]) => total + weight * sum(index, [...picked, position]), 0);
  };
  const Y = float64(
    axes.map(({ output }) => output),
    (index) => {
      const isOutside = index.some((x, axis) => at(taps, axis)[x] === undefined);
      return isOutside ? attributes.extrapolation_value : sum(index, []);
    },
  );
  return [Y];
};

export const resampling: Kernels<"Resize"> = { Resize };

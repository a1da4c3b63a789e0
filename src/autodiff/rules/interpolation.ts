import type { AttributeValues } from "../../onnx/ops.ts";
import type { Taps } from "./axis-map.ts";

/** How a Resize samples one axis. */
export interface SampledAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  /** The part of the axis that is spread over the output, from 0 to 1; read by tf_crop_and_resize only. */
  readonly crop: readonly [start: number, end: number];
}

export type ResizeAttributes = AttributeValues<"Resize">;

// Rounded to float32 where onnxruntime rounds: else a nearest element may be another one.
const f = Math.fround;

/** The coordinate on the input's axis of element x of the output. */
const coordinates: Readonly<Record<string, (x: number, axis: SampledAxis) => number>> = {
  half_pixel: (x, { scale }) => halfPixel(x, scale),
  half_pixel_symmetric: (x, { input, output, scale }) => {
    const adjustment = f(output / f(scale * input));
    const offset = f((input / 2) * f(1 - adjustment));
    return f(offset + (x + 0.5) / scale - 0.5);
  },
  pytorch_half_pixel: (x, { output, scale }) => (output > 1 ? halfPixel(x, scale) : 0),
  asymmetric: (x, { scale }) => f(x / scale),
  align_corners: (x, { input, output }) => (output > 1 ? f(f(x * (input - 1)) / (output - 1)) : 0),
  tf_half_pixel_for_nn: (x, { scale }) => f((x + 0.5) / scale),
  tf_crop_and_resize: (x, { input, output, crop: [start, end] }) => {
    if (output <= 1) return f(0.5 * f(start + end) * (input - 1));
    return f(f(start * (input - 1)) + f(f(f(x * f(end - start)) * (input - 1)) / (output - 1)));
  },
};

const halfPixel = (x: number, scale: number): number => f(f((x + 0.5) / scale) - 0.5);

/** The element that is nearest to a coordinate. */
const nearest: Readonly<Record<string, (coordinate: number) => number>> = {
  round_prefer_floor: (coordinate) => Math.ceil(coordinate - 0.5),
  round_prefer_ceil: (coordinate) => Math.floor(coordinate + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

type Interpolation = (coordinate: number, input: number, attributes: ResizeAttributes) => Taps | undefined;

const interpolations: Readonly<Record<string, Interpolation>> = {
  nearest: (coordinate, input, { nearest_mode }) => {
    const at = nearest[nearest_mode]?.(coordinate);
    return at === undefined ? undefined : [{ from: clamped(at, input), weight: 1 }];
  },
  linear: (coordinate, input) => {
    const at = Math.min(Math.max(coordinate, 0), input - 1);
    const low = Math.floor(at);
    return [
      { from: low, weight: 1 - (at - low) },
      { from: clamped(low + 1, input), weight: at - low },
    ];
  },
  cubic: (coordinate, input, { cubic_coeff_a, exclude_outside }) => {
    const low = Math.floor(coordinate);
    const taps = [low - 1, low, low + 1, low + 2].map((from) => ({
      from,
      weight: cubic(Math.abs(coordinate - from), cubic_coeff_a),
    }));
    const kept = exclude_outside ? taps.filter(({ from }) => from >= 0 && from < input) : taps;
    const total = exclude_outside ? kept.reduce((sum, { weight }) => sum + weight, 0) : 1;
    return kept.map(({ from, weight }) => ({ from: clamped(from, input), weight: weight / total }));
  },
};

const clamped = (position: number, extent: number): number => Math.min(Math.max(position, 0), extent - 1);

/**
 * Keys' cubic kernel at a distance below 2.
 * @see R. Keys, Cubic convolution interpolation for digital image processing, 1981
 */
function cubic(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
}

/** Of what each element of the output is made; undefined for a mode that is not known. */
export function tapsOf(axis: SampledAxis, attributes: ResizeAttributes): readonly Taps[] | undefined {
  const coordinate = coordinates[attributes.coordinate_transformation_mode];
  const interpolate = interpolations[attributes.mode];
  if (!coordinate || !interpolate) return undefined;
  const isCropped = attributes.coordinate_transformation_mode === "tf_crop_and_resize";
  const rows: Taps[] = [];
  for (let x = 0; x < axis.output; x++) {
    const at = coordinate(x, axis);
    // outside of what is cropped stands a constant
    const isOutside = isCropped && (at < 0 || at > axis.input - 1);
    const taps = isOutside ? [] : interpolate(at, axis.input, attributes);
    if (!taps) return undefined;
    rows.push(taps);
  }
  return rows;
}

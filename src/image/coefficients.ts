import { filters } from "./filters.ts";
import type { Interpolation } from "./image.ts";

/** Fractional bits of a weight: 32 less 8 for the pixel and 2 for sums that overshoot, as in Pillow. */
export const precisionBits = 32 - 8 - 2;

/** How each wanted output position of one axis is mixed from source positions. */
export interface Coefficients {
  /** Wanted positions. */
  readonly count: number;
  /** Room for weights per position. */
  readonly taps: number;
  /** First source position, per output position. */
  readonly first: Int32Array;
  /** Number of source positions, per output position. */
  readonly used: Int32Array;
  /** Fixed-point weights, [count, taps]; a position's sum is 2^precisionBits but for rounding. */
  readonly weights: Int32Array;
}

/** One axis of a resize: the source's length, the result's, and the wanted part [start, start + count) of the result. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly count: number;
}

/** Filter weights of an antialiased resize: the filter is widened by the factor of reduction. */
export function coefficients(
  { from, to, start, count }: Axis,
  interpolation: Exclude<Interpolation, "nearest">,
): Coefficients {
  const filter = filters[interpolation];
  const scale = from / to;
  const widening = Math.max(1, scale);
  const support = filter.support * widening;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(count);
  const used = new Int32Array(count);
  const weights = new Int32Array(count * taps);
  const exact = new Float64Array(taps);
  for (let at = 0; at < count; at++) {
    const center = (start + at + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const length = Math.min(from, Math.trunc(center + support + 0.5)) - low;
    let sum = 0;
    for (let tap = 0; tap < length; tap++) {
      const weight = filter.weight((low + tap - center + 0.5) / widening);
      exact[tap] = weight;
      sum += weight;
    }
    first[at] = low;
    used[at] = length;
    for (let tap = 0; tap < length; tap++) weights[at * taps + tap] = fixed((exact[tap] ?? 0) / sum);
  }
  return { count, taps, first, used, weights };
}

/** Rounded half away from zero. */
const fixed = (weight: number): number => Math.trunc(weight * 2 ** precisionBits + (weight < 0 ? -0.5 : 0.5));

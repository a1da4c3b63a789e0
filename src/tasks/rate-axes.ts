import type { RatePoint } from "../training/range-test.ts";

export interface Interval {
  readonly min: number;
  readonly max: number;
}

/** The part of a curve that is worth drawing. */
export interface CurveRange {
  readonly rates: Interval;
  readonly losses: Interval;
}

/** Points at the end, where the loss shoots up: they do not stretch the axis. */
const shootingUp = 5;

/**
 * All rates, and the losses that the smoothed curve goes through before it shoots up, with a tenth of room above and below. A
 * flat curve, or one without a finite loss, gets an interval all the same.
 */
export function curveRange(points: readonly RatePoint[]): CurveRange {
  const rates = points.map(({ learningRate }) => learningRate);
  const kept = points.length > 2 * shootingUp ? points.slice(0, -shootingUp) : points;
  const losses = kept.map(({ smoothed }) => smoothed).filter(Number.isFinite);
  const { min, max } = losses.length > 0 ? { min: Math.min(...losses), max: Math.max(...losses) } : { min: 0, max: 1 };
  const room = max > min ? (max - min) / 10 : Math.abs(max) / 10 || 1;
  return {
    rates: { min: Math.min(...rates), max: Math.max(...rates) },
    losses: { min: Math.max(0, min - room), max: max + room },
  };
}

/** Where a rate lies on the log scale: 0 to 1 inside of the interval, the middle of one without width. */
export const onLogScale = (rate: number, { min, max }: Interval): number =>
  max > min ? Math.log(rate / min) / Math.log(max / min) : 0.5;

/** Powers of ten inside of an interval. */
export function decades({ min, max }: Interval): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => Number(`1e${first + at}`));
}

/** Some round numbers inside of an interval: multiples of 1, 2 or 5 times a power of ten. */
export function roundNumbers({ min, max }: Interval, { most = 6 }: { readonly most?: number } = {}): readonly number[] {
  const wanted = (max - min) / most;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= wanted) ?? 10);
  const first = Math.ceil(min / step);
  const count = Math.floor(max / step) - first + 1;
  // Dividing by what is whole leaves 0.3 where multiplying leaves 0.30000000000000004.
  return Array.from({ length: count }, (_, at) =>
    step < 1 ? (first + at) / Math.round(1 / step) : (first + at) * step,
  );
}

/** A rate as it is typed, two digits: 0.018, 1.8e-5. */
export function rateText(rate: number): string {
  const short = Number(rate.toPrecision(2));
  return short < 1e-3 ? short.toExponential() : String(short);
}

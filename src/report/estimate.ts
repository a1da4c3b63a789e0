import type { Interval } from "./data.ts";

/** A mean of measurements and its 95% interval, which two at least have. */
export interface Estimate {
  readonly mean: number;
  readonly interval: Interval | undefined;
  readonly count: number;
}

/** 97.5% quantiles of Student's t by degrees of freedom, from 1. @see scipy.stats.t.ppf(0.975, df) */
const studentT = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
] as const;

/** That of the normal distribution. */
const normalZ = 1.959964;

/**
 * Mean ± t · s / √n, s the standard deviation over n − 1.
 *
 * @param values measured independently of each other, at least one
 */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = sum(values) / count;
  if (count < 2) return { mean, interval: undefined, count };
  const deviation = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (count - 1));
  const half = ((studentT[count - 2] ?? normalZ) * deviation) / Math.sqrt(count);
  return { mean, interval: { low: mean - half, high: mean + half }, count };
}

/**
 * Where the share lies that `right` of `count` were a sample of, with 95% confidence. Unlike the plain formula it holds for
 * few examples and near 0 and 1.
 *
 * @param right need not be whole: what a share times `count` is
 * @see Wilson 1927; statsmodels proportion_confint(method="wilson")
 */
export function wilson(right: number, count: number): Interval {
  const z2 = normalZ ** 2;
  const centre = (right + z2 / 2) / (count + z2);
  const half = (normalZ / (count + z2)) * Math.sqrt((right * (count - right)) / count + z2 / 4);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

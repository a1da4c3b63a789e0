import type { Interval } from "./bootstrap.ts";

/** The 97.5% quantile of the normal distribution. */
const normalZ = 1.959964;

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

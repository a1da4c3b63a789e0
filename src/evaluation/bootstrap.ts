import { checkNumber, refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import type { Rows } from "./hits.ts";

/** Where a number would probably lie had other examples of the same kind been drawn. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions<N extends string> {
  /** Examples to draw from, from 1. */
  readonly count: number;
  /** Each a number of a sample of rows; a sample that has none (undefined or NaN) is left out. */
  readonly statistics: Readonly<Record<N, (rows: Rows) => number | undefined>>;
  /** Samples to draw, from 1. */
  readonly resamples?: number;
  /** The share of samples that the interval holds. Above 0, below 1. */
  readonly level?: number;
  readonly seed?: number;
}

/**
 * Percentile bootstrap: draws `count` rows with replacement, again and again, and takes the quantiles of what each statistic
 * is on them. All statistics see the same samples. Same seed, same intervals.
 *
 * @throws {UsageError} "bad-option"
 * @see Efron and Tibshirani 1993, chapter 13; scipy.stats.bootstrap(method="percentile")
 */
export function bootstrapIntervals<N extends string>(
  options: BootstrapOptions<N>,
): Readonly<Partial<Record<N, Interval>>> {
  const { count, statistics, resamples = 1000, level = 0.95, seed = 0, ...rest } = options;
  refuseUnknown("bootstrapIntervals", rest);
  checkNumber("count", count, { min: 1, integer: true });
  checkNumber("resamples", resamples, { min: 1, integer: true });
  checkNumber("level", level, { moreThan: 0, lessThan: 1 });
  const rng = random(seed).fork("bootstrap");
  const rows = new Int32Array(count);
  const names = Object.keys(statistics) as N[];
  const seen = new Map(names.map((name) => [name, [] as number[]]));
  for (let sample = 0; sample < resamples; sample++) {
    for (let at = 0; at < count; at++) rows[at] = rng.int(count);
    for (const [name, values] of seen) {
      const value = statistics[name](rows);
      if (value !== undefined && !Number.isNaN(value)) values.push(value);
    }
  }
  const tail = (1 - level) / 2;
  const intervals = [...seen]
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => {
      const sorted = Float64Array.from(values).sort();
      return [name, { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }] as const;
    });
  return Object.fromEntries(intervals) as Partial<Record<N, Interval>>;
}

/**
 * The value below which a share of rising numbers lies, between two of them in a straight line.
 *
 * @param share from 0 to 1
 * @see numpy.quantile(method="linear")
 */
export function quantile(rising: ArrayLike<number>, share: number): number {
  const place = share * (rising.length - 1);
  const below = Math.floor(place);
  const [low, high] = [rising[below] ?? Number.NaN, rising[Math.ceil(place)] ?? Number.NaN];
  return low + (high - low) * (place - below);
}

import { UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import { type Interval, quantile } from "./bootstrap.ts";
import { wilson } from "./wilson.ts";

/** What one training came to on N examples, the same for all trainings of a contest and in the same order. */
export interface Judgement {
  /** 1 where the example was answered rightly, else 0, [N]. */
  readonly right: ArrayLike<number>;
  /** [N] */
  readonly losses: ArrayLike<number>;
}

export interface Estimate extends Interval {
  readonly mean: number;
}

export interface Standing {
  readonly accuracy: Estimate;
  readonly loss: Estimate;
}

export interface Contest<N extends string> {
  readonly standings: ReadonlyMap<N, Standing>;
  /** The share of samples in which one contestant's accuracy is above another's, a tie counting half. From 0 to 1. */
  readonly ahead: (one: N, other: N) => number;
  /** How much higher one contestant's accuracy is than another's, by the same samples of both. From -1 to 1. */
  readonly lead: (one: N, other: N) => Estimate;
}

export interface ContestOptions {
  /** Samples to draw, from 1. */
  readonly resamples?: number;
  /** The share of samples that intervals hold. Above 0, below 1. */
  readonly level?: number;
  readonly seed?: number;
}

/**
 * Holds ways of training against each other that were judged by the same examples: the means over their trainings, and
 * how far those would move with other examples and other seeds of the same kind. Both are drawn with replacement, the
 * same ones for all contestants, so that what is hard for all of them cancels out.
 *
 * An accuracy of 0 or 1 with every seed has Wilson's interval.
 *
 * With few seeds their own part of the uncertainty is told too small: of two, half of the samples see one alone, twice.
 *
 * @param contestants each with one training per seed, the seeds in the same order
 * @throws {UsageError} "bad-option" where the numbers of trainings or of examples differ, or there are none
 * @see Efron and Tibshirani 1993, chapter 13 (percentiles) · Bouthillier et al., Accounting for Variance in Machine
 *   Learning Benchmarks, 2021 (seeds and examples)
 */
export function contest<N extends string>(
  contestants: ReadonlyMap<N, readonly Judgement[]>,
  { resamples = 2000, level = 0.95, seed = 0, ...rest }: ContestOptions = {},
): Contest<N> {
  refuseUnknown("contest", rest);
  checkNumber("resamples", resamples, { min: 1, integer: true });
  checkNumber("level", level, { moreThan: 0, lessThan: 1 });
  const { seeds, examples } = sizes([...contestants.values()]);
  const rng = random(seed).fork("contest");
  const samples = new Map(
    [...contestants].map(([name, trainings]) => {
      return [name, { trainings, accuracy: new Float64Array(resamples), loss: new Float64Array(resamples) }];
    }),
  );
  for (let sample = 0; sample < resamples; sample++) {
    const drawnSeeds = drawn(seeds, () => rng.int(seeds));
    const drawnExamples = drawn(examples, () => rng.int(examples));
    for (const { trainings, accuracy, loss } of samples.values()) {
      const means = weightedMeans(trainings, drawnSeeds, drawnExamples);
      accuracy[sample] = means.accuracy;
      loss[sample] = means.loss;
    }
  }
  const once = { seeds: new Uint32Array(seeds).fill(1), examples: new Uint32Array(examples).fill(1) };
  const tail = (1 - level) / 2;
  const estimate = (mean: number, values: Float64Array): Estimate => {
    const rising = values.toSorted();
    return { mean, low: quantile(rising, tail), high: quantile(rising, 1 - tail) };
  };
  const standings = new Map(
    [...samples].map(([name, { trainings, accuracy, loss }]) => {
      const means = weightedMeans(trainings, once.seeds, once.examples);
      const drawnAccuracy = estimate(means.accuracy, accuracy);
      // All right or all wrong, in every sample: that is no certainty.
      const isFlat = drawnAccuracy.low === drawnAccuracy.high;
      const own = isFlat ? { ...drawnAccuracy, ...wilson(means.accuracy * examples, examples) } : drawnAccuracy;
      return [name, { accuracy: own, loss: estimate(means.loss, loss) }] as const;
    }),
  );
  const accuraciesOf = (name: N) => samples.get(name)?.accuracy ?? new Float64Array();
  const meanOf = (name: N) => standings.get(name)?.accuracy.mean ?? Number.NaN;
  return {
    standings,
    ahead: (one, other) => shareAbove(accuraciesOf(one), accuraciesOf(other)),
    lead: (one, other) => {
      const theirs = accuraciesOf(other);
      const gaps = accuraciesOf(one).map((value, at) => value - (theirs[at] ?? Number.NaN));
      return estimate(meanOf(one) - meanOf(other), gaps);
    },
  };
}

function sizes(contestants: readonly (readonly Judgement[])[]): { readonly seeds: number; readonly examples: number } {
  const [seeds = 0, ...otherSeeds] = new Set(contestants.map((trainings) => trainings.length));
  const counts = contestants.flat().flatMap(({ right, losses }) => [right.length, losses.length]);
  const [examples = 0, ...otherExamples] = new Set(counts);
  if (seeds > 0 && examples > 0 && otherSeeds.length === 0 && otherExamples.length === 0) return { seeds, examples };
  throw new UsageError("bad-option", "Contestants need as many trainings each, judged by the same examples.");
}

/** How often each of some things was drawn, as many being drawn as there are. */
function drawn(count: number, draw: () => number): Uint32Array {
  const times = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    const one = draw();
    times[one] = (times[one] ?? 0) + 1;
  }
  return times;
}

/** Accuracy and loss, each training and each example counting as often as it was drawn. */
function weightedMeans(trainings: readonly Judgement[], seeds: Uint32Array, examples: Uint32Array) {
  let [rightSum, lossSum] = [0, 0];
  for (const [at, { right, losses }] of trainings.entries()) {
    const times = seeds[at] ?? 0;
    if (times === 0) continue;
    let [ownRight, ownLoss] = [0, 0];
    for (let example = 0; example < examples.length; example++) {
      const weight = examples[example] ?? 0;
      ownRight += weight * (right[example] ?? 0);
      if (weight > 0) ownLoss += weight * (losses[example] ?? 0);
    }
    rightSum += times * ownRight;
    lossSum += times * ownLoss;
  }
  const all = trainings.length * examples.length;
  return { accuracy: rightSum / all, loss: lossSum / all };
}

function shareAbove(one: Float64Array, other: Float64Array): number {
  let above = 0;
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? Number.NaN;
    above += value > against ? 1 : value === against ? 0.5 : 0;
  }
  return above / one.length;
}

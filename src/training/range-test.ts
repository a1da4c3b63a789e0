import { UsageError } from "../base/errors.ts";
import { checkNumber } from "../base/options.ts";
import { type Random, random } from "../base/random.ts";
import type { Signal } from "./fit.ts";
import type { Examples, Source } from "./source.ts";
import { checkBatchSize, type Trainer } from "./trainer.ts";

export interface RangeTestOptions {
  readonly source: Source;
  /** Examples per batch. */
  readonly batch: number;
  /** Batches per update, from 1. */
  readonly accumulate?: number;
  /** The first learning rate, above 0. */
  readonly from?: number | undefined;
  /** The last learning rate, above `from`. */
  readonly to?: number | undefined;
  /** Updates from one to the other, from 20: fewer are no curve. */
  readonly steps?: number | undefined;
  /** Share of the average that a new loss leaves as it is, from 0 to below 1. */
  readonly smoothing?: number | undefined;
  /** Ends where the smoothed loss is above so many times its lowest; above 1. */
  readonly divergence?: number | undefined;
  /** Governs the order of examples and dropout, as in `fit`. */
  readonly seed: number;
  /** Ends the test after the current update. */
  readonly signal?: Signal | undefined;
  readonly onPoint?: ((point: RatePoint) => void) | undefined;
}

/** One update. */
export interface RatePoint {
  /** From 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Of this update's batches, before the update. */
  readonly loss: number;
  readonly smoothed: number;
}

export interface RangeTest {
  /** Up to the one at which the test ended. */
  readonly points: readonly RatePoint[];
  readonly stopped: "done" | "diverged" | "interrupted";
}

export const rangeTestDefaults = { from: 1e-7, to: 10, steps: 100, smoothing: 0.98, divergence: 4 } as const;

/**
 * The learning-rate range test: trains while the rate grows evenly on a log scale, and writes down the loss. Where it falls,
 * the model learns; where it shoots up, the rate is too high. The trainer's weights and slots are spent by that, so it
 * should be one that nothing else uses.
 *
 * rateₖ = from · (to / from)^(k / (steps − 1)); smoothedₖ = avgₖ / (1 − βᵏ), avgₖ = β · avgₖ₋₁ + (1 − β) · lossₖ
 *
 * @throws {UsageError} "bad-option" · {TrainingError} "batch-too-small"
 * @see Smith 2015, "Cyclical Learning Rates for Training Neural Networks", 3.3; ramp, smoothing and end as in fastai's lr_find
 */
export async function rangeTest(trainer: Trainer, options: RangeTestOptions): Promise<RangeTest> {
  const { source, batch, accumulate = 1, seed, signal, onPoint, ...ramp } = options;
  const { from, to, steps, smoothing, divergence } = checkedRamp(ramp);
  await source.prepare(signal);
  const average = smoother(smoothing);
  const points: RatePoint[] = [];
  let best = Number.POSITIVE_INFINITY;
  for await (const round of rounds(source, { batch, accumulate, seed, trainer })) {
    if (signal?.aborted) return { points, stopped: "interrupted" };
    const learningRate = from * (to / from) ** (points.length / (steps - 1));
    const loss = await update(trainer, round, learningRate);
    const point = { step: points.length + 1, learningRate, loss, smoothed: average(loss) };
    points.push(point);
    onPoint?.(point);
    best = Math.min(best, point.smoothed);
    if (!(point.smoothed <= divergence * best)) return { points, stopped: "diverged" };
    if (points.length === steps) break;
  }
  return { points, stopped: "done" };
}

type Ramp = Pick<RangeTestOptions, "from" | "to" | "steps" | "smoothing" | "divergence">;

/** The ramp with its defaults. @throws {UsageError} "bad-option" */
export function checkedRamp({
  from = rangeTestDefaults.from,
  to = rangeTestDefaults.to,
  steps = rangeTestDefaults.steps,
  smoothing = rangeTestDefaults.smoothing,
  divergence = rangeTestDefaults.divergence,
}: Ramp): Readonly<Record<keyof Ramp, number>> {
  return {
    from: checkNumber("from", from, { moreThan: 0 }),
    to: above(from, checkNumber("to", to, { moreThan: 0, lessThan: Number.POSITIVE_INFINITY })),
    steps: checkNumber("steps", steps, { min: 20, integer: true }),
    smoothing: checkNumber("smoothing", smoothing, { min: 0, lessThan: 1 }),
    divergence: checkNumber("divergence", divergence, { moreThan: 1 }),
  };
}

function above(from: number, to: number): number {
  if (to > from) return to;
  throw new UsageError("bad-option", `The learning rate cannot go up from ${from} to ${to}.`, {
    hint: "Give a lowest rate that is below the highest: --min-lr 1e-7 --max-lr 10.",
  });
}

/** A moving average that makes up for starting at 0. */
function smoother(share: number): (value: number) => number {
  let average = 0;
  let weight = 1;
  return (value) => {
    average = share * average + (1 - share) * value;
    weight *= share;
    return average / (1 - weight);
  };
}

/** A batch, and the randomness of its step. */
interface Drawn {
  readonly examples: Examples;
  readonly rng: Random;
}

/** @returns the mean loss of the examples */
async function update(trainer: Trainer, round: readonly Drawn[], learningRate: number): Promise<number> {
  let sum = 0;
  let count = 0;
  for (const [at, { examples, rng }] of round.entries()) {
    const { loss } = await trainer.step(examples, { learningRate, rng, accumulate: at < round.length - 1 });
    sum += loss * examples.indices.length;
    count += examples.indices.length;
  }
  return sum / count;
}

interface DrawOptions {
  readonly batch: number;
  readonly accumulate: number;
  readonly seed: number;
  readonly trainer: Trainer;
}

/** The batches of one update after another, without end. */
async function* rounds(source: Source, options: DrawOptions): AsyncIterable<readonly Drawn[]> {
  let round: Drawn[] = [];
  for (let epoch = 1; ; epoch++) {
    for await (const drawn of pass(source, epoch, options)) {
      round.push(drawn);
      if (round.length < options.accumulate) continue;
      yield round;
      round = [];
    }
  }
}

/**
 * Batches in the order of `fit`. What is left over at the epoch's end is left out: a smaller batch has a louder loss.
 *
 * @throws {TrainingError} "batch-too-small"
 */
async function* pass(source: Source, epoch: number, { batch, seed, trainer }: DrawOptions): AsyncIterable<Drawn> {
  const rng = random(seed).fork("epoch", epoch);
  const order = rng.fork("order").shuffle(source.indices());
  const whole = order.length < batch ? order.length : order.length - (order.length % batch);
  checkBatchSize(Math.min(batch, whole), trainer);
  let step = 0;
  for await (const examples of source.batches({ order: order.slice(0, whole), batch, epoch })) {
    yield { examples, rng: rng.fork("step", step++) };
  }
}

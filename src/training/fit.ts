import { checkNumber } from "../base/options.ts";
import { type Random, random } from "../base/random.ts";
import { numbersIn, rangesOf } from "../base/ranges.ts";
import type { BadImage } from "../data/bad-images.ts";
import { measures, type WatchedName } from "../evaluation/measures.ts";
import { isMetric } from "../evaluation/metrics.ts";
import { type PredictionBatch, predictionLog } from "../evaluation/prediction-log.ts";
import type { Activation } from "../evaluation/scores.ts";
import { type Means, type TallyState, tally } from "../evaluation/tally.ts";
import type { Schedule } from "../program/schedules.ts";
import type { Tensors } from "../runtime/runtime.ts";
import type { EpochRecord } from "./epoch-record.ts";
import type { Callback, Control, StopReason, TrainingEvent } from "./events.ts";
import type { Progress } from "./progress.ts";
import type { Source } from "./source.ts";
import { checkBatchSize, type Trainer } from "./trainer.ts";

export interface FitOptions {
  readonly train: Source;
  readonly validation?: Source | undefined;
  /** The epoch to stop after, counted over all phases. */
  readonly epochs: number;
  /** Epochs done before, so that a second phase goes on counting. */
  readonly initialEpoch?: number;
  /** Examples per step. */
  readonly batch: number;
  /** Batches per update, from 1. */
  readonly accumulate?: number;
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** Those that are no mean over examples are measured on the validation data alone. */
  readonly metrics: readonly WatchedName[];
  readonly activation: Activation;
  /** Whether one class alone is true of an example, as accuracy counts it. */
  readonly exclusive?: boolean;
  /** Governs the order of examples and dropout. */
  readonly seed: number;
  /** The examples of an epoch, in the order of its steps; by default all, shuffled. Depends on its arguments alone. */
  readonly order?: ((indices: readonly number[], rng: Random) => readonly number[]) | undefined;
  readonly callbacks?: readonly Callback[];
  /** Where an earlier process stood that trained the same with the same options: the run goes on there. */
  readonly resume?: FitResume | undefined;
  /** Stops the run after the current step, or before the first one while the sources are prepared. */
  readonly signal?: Signal | undefined;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

/** What another process left to go on with. */
export interface FitResume {
  readonly progress: Progress;
  /** The trainer's, at that place. */
  readonly state: Tensors;
}

/** The part of an AbortSignal that is looked at. */
export interface Signal {
  readonly aborted: boolean;
}

/** What `fit` did. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  readonly stopped: StopReason;
}

/**
 * Trains for some epochs: each shuffles the examples, steps through them in batches, and evaluates the validation
 * data. Everything that happens is told to the callbacks as events, in order.
 *
 * With `resume` it goes on in the middle of an epoch. The weights, the history and the events that come are then, to the last
 * bit, those of a run that was never interrupted, but for the seconds.
 *
 * @throws {UsageError} "bad-option" · {TrainingError} "batch-too-small" for the batch that is left over at the end
 * @throws what the callbacks and the trainer throw
 */
export async function fit(trainer: Trainer, options: FitOptions): Promise<History> {
  const { epochs, initialEpoch = 0, batch, accumulate = 1 } = options;
  checkNumber("epochs", epochs, { min: 0, integer: true });
  checkNumber("initialEpoch", initialEpoch, { min: 0, integer: true });
  checkNumber("batch", batch, { min: 1, integer: true });
  checkNumber("accumulate", accumulate, { min: 1, integer: true });
  await options.train.prepare(options.signal);
  await options.validation?.prepare(options.signal);
  const examples = options.train.indices().length;
  if (epochs > initialEpoch && examples > 0) checkBatchSize(examples % batch || batch, trainer);
  const run = new Run(trainer, options);
  await run.begin(epochs, initialEpoch);
  while (run.next <= epochs && !run.stopped) await run.epoch();
  await run.end();
  return { epochs: run.records, stopped: run.stopped ?? "done" };
}

class Run {
  readonly records: EpochRecord[];
  stopped: StopReason | undefined;
  readonly #trainer: Trainer;
  readonly #options: FitOptions;
  readonly #control: Control;
  /** Updates. */
  #steps: number;
  /** Of the last step. */
  #rate: number;
  #pass: Pass;
  /** What is put back at the end. */
  #last: Tensors | undefined;
  /** By the clock, in milliseconds, had the run never been interrupted. */
  readonly #started: number;

  constructor(trainer: Trainer, options: FitOptions) {
    this.#trainer = trainer;
    this.#options = options;
    const { initialEpoch = 0, resume } = options;
    const { records = [], updates = 0, learningRate = 0, seconds = 0 } = resume?.progress ?? {};
    this.records = [...records];
    this.#steps = updates;
    this.#rate = learningRate;
    this.#started = options.now() - 1000 * seconds;
    this.#pass = resume ? recalled(resume.progress) : fresh(initialEpoch + 1);
    this.#control = {
      stop: (reason) => {
        this.stopped ??= reason;
      },
      weights: () => trainer.weights(),
      state: () => trainer.state(),
      restore: (weights) => this.#restore(weights),
      progress: () => this.#progress(),
    };
  }

  /** The epoch under way. */
  get next(): number {
    return this.#pass.epoch;
  }

  /** Callbacks hear of it while the weights are those that this `fit` began with. */
  async begin(epochs: number, initialEpoch: number): Promise<void> {
    const { resume, train, validation } = this.#options;
    train.recall(resume?.progress.leftOut.train ?? []);
    validation?.recall(resume?.progress.leftOut.validation ?? []);
    const steps = stepsIn(this.#pass.examples ?? train.indices(), this.#options);
    await this.#tell({ type: "begin", epochs, initialEpoch, steps, done: [...this.records], step: this.#pass.step });
    if (resume) await this.#trainer.goOn(resume.state, resume.progress.trainer);
    this.#heed();
  }

  /** Weights that a callback puts back now are put back when all have heard of the end: a checkpoint is of what was trained. */
  async end(): Promise<void> {
    this.#last = {};
    await this.#tell({ type: "end", reason: this.stopped ?? "done" });
    if (Object.keys(this.#last).length > 0) await this.#trainer.setState(this.#last);
  }

  async #restore(weights: Tensors): Promise<void> {
    if (this.#last) this.#last = { ...this.#last, ...weights };
    else await this.#trainer.setState(weights);
  }

  /** Does the epoch under way, or what is left of it. */
  async epoch(): Promise<void> {
    const { now, validation } = this.#options;
    const { epoch } = this.#pass;
    this.#pass.startedAt = now() - 1000 * this.#pass.seconds;
    const trained = await this.#train();
    if (this.stopped === "interrupted" || this.stopped === "nan-loss") return;
    // Found while they are judged, bad pictures belong to what is done when that is.
    this.#pass.leftOut = validation?.leftOut();
    const judged = validation && (await evaluate(this.#trainer, { ...this.#options, source: validation }));
    // Stopped half-way through the validation data: what was measured does not count.
    if (this.#heed()) return;
    const record: EpochRecord = {
      epoch,
      loss: trained.loss,
      metrics: trained.metrics,
      ...(judged ? { valLoss: judged.loss, valMetrics: judged.metrics } : {}),
      learningRate: this.#rate,
      examples: trained.count,
      seconds: this.#epochSeconds(),
    };
    this.records.push(record);
    this.#pass = fresh(epoch + 1);
    await this.#tell({ type: "epoch", ...record });
  }

  /** One pass over the training data, or what is left of it. */
  async #train(): Promise<Means> {
    const { train, batch, accumulate = 1, seed, metrics, activation, exclusive = true } = this.#options;
    const { order: ordered = shuffled } = this.#options;
    const pass = this.#pass;
    const { epoch } = pass;
    pass.examples ??= train.indices();
    const rng = random(seed).fork("epoch", epoch);
    const order = ordered(pass.examples, rng.fork("order"));
    const sums = tally(metrics.filter(isMetric), { activation, exclusive, from: pass.sums?.() });
    pass.sums = () => sums.state();
    const steps = stepsIn(pass.examples, this.#options);
    for await (const { item: examples, last } of withLast(train.batches({ order, batch, epoch, from: pass.end }))) {
      const learningRate = this.#learningRate();
      this.#rate = learningRate;
      const waits = !last && (pass.step + 1) % accumulate !== 0;
      const { loss, logits } = await this.#trainer.step(examples, {
        learningRate,
        rng: rng.fork("step", pass.step),
        accumulate: waits,
      });
      pass.step++;
      pass.end = examples.end;
      if (!waits) this.#steps++;
      const count = examples.indices.length;
      sums.add({ logits, targets: examples.targets, losses: loss, count });
      const means = sums.means();
      const told = { loss: means.loss, metrics: means.metrics, batchLoss: loss, examples: means.count, learningRate };
      await this.#tell({ type: "step", epoch, step: pass.step, steps: Math.max(steps, pass.step), ...told });
      this.#heed();
      if (this.stopped) break;
    }
    return sums.means();
  }

  /** Whether someone wants the run to stop. */
  #heed(): boolean {
    const wanted = this.#options.signal?.aborted ?? false;
    if (wanted) this.#control.stop("interrupted");
    return wanted;
  }

  #progress(): Progress {
    const { train, validation, now } = this.#options;
    const { epoch, step, end, examples, sums, leftOut } = this.#pass;
    return {
      ...{ epoch, step, end, sums: sums?.(), examples: examples && rangesOf(examples) },
      epochSeconds: this.#epochSeconds(),
      seconds: (now() - this.#started) / 1000,
      updates: this.#steps,
      learningRate: this.#rate,
      records: [...this.records],
      trainer: this.#trainer.progress(),
      leftOut: { train: train.leftOut(), validation: leftOut ?? validation?.leftOut() ?? [] },
    };
  }

  /** Spent on the epoch under way. */
  #epochSeconds(): number {
    const { seconds, startedAt } = this.#pass;
    return startedAt === undefined ? seconds : (this.#options.now() - startedAt) / 1000;
  }

  #learningRate(): number {
    const { schedule, learningRate, epochs, initialEpoch = 0, accumulate = 1, train } = this.#options;
    const losses = this.records.map(({ loss, valLoss }) => valLoss ?? loss);
    const steps = stepsIn(this.#pass.examples ?? train.indices(), this.#options);
    const totalSteps = Math.ceil(steps / accumulate) * (epochs - initialEpoch);
    return learningRate * schedule.factor({ step: this.#steps, totalSteps, epoch: this.records.length, losses });
  }

  async #tell(event: TrainingEvent): Promise<void> {
    for (const callback of this.#options.callbacks ?? []) await callback(event, this.#control);
  }
}

/** A pass over the training data under way. */
interface Pass {
  readonly epoch: number;
  step: number;
  end: number;
  /** Those that it began with. */
  examples?: readonly number[] | undefined;
  sums?: (() => TallyState) | undefined;
  /** Validation pictures that were left out before they are judged after it. */
  leftOut?: readonly BadImage[] | undefined;
  /** Spent on it by earlier processes. */
  readonly seconds: number;
  /** Milliseconds, by the clock, had it not been interrupted. */
  startedAt?: number | undefined;
}

const fresh = (epoch: number): Pass => ({ epoch, step: 0, end: 0, seconds: 0 });

const recalled = ({ epoch, step, end, examples, sums, epochSeconds }: Progress): Pass => ({
  ...{ epoch, step, end, seconds: epochSeconds },
  examples: examples && numbersIn(examples),
  sums: sums && (() => sums),
});

const stepsIn = (examples: readonly number[], { batch }: Pick<FitOptions, "batch">): number =>
  Math.ceil(examples.length / batch);

const shuffled = (indices: readonly number[], rng: Random): readonly number[] => rng.shuffle(indices);

export interface EvaluateOptions {
  readonly source: Source;
  readonly batch: number;
  readonly metrics: readonly WatchedName[];
  readonly activation: Activation;
  readonly exclusive?: boolean;
  /** Of two classes, the score of the second from which on it is chosen. */
  readonly threshold?: number | undefined;
  /** Hears what the model says of each batch. */
  readonly onBatch?: ((batch: PredictionBatch) => void) | undefined;
  /** Ends the evaluation after the current batch: the means are then of a part. */
  readonly signal?: Signal | undefined;
}

/**
 * Means of the loss and the metrics over all examples of a source, with the weights as they are, and those metrics that are
 * no means. One that says nothing of the examples, or of logits that are no numbers, is NaN.
 */
export async function evaluate(
  trainer: Pick<Trainer, "evaluate">,
  { source, batch, metrics, activation, exclusive = true, threshold, onBatch, signal }: EvaluateOptions,
): Promise<Means> {
  const sums = tally(metrics.filter(isMetric), { activation, exclusive, threshold });
  const whole = metrics.filter((name) => !isMetric(name));
  const log = whole.length > 0 ? predictionLog({ activation, exclusive, threshold }) : undefined;
  for await (const examples of source.batches({ order: source.indices(), batch, epoch: 0 })) {
    const { losses, logits } = await trainer.evaluate(examples);
    const { indices, targets } = examples;
    sums.add({ logits, targets, losses, count: indices.length });
    const said = { indices, logits, targets, losses };
    log?.add(said);
    onBatch?.(said);
    if (signal?.aborted) break;
  }
  const means = sums.means();
  const predictions = log?.predictions();
  if (!predictions) return means;
  const measured = whole.map((name) => [name, measures[name].of(predictions) ?? Number.NaN] as const);
  return { ...means, metrics: { ...means.metrics, ...Object.fromEntries(measured) } };
}

/** Tells of each item whether it is the last one. */
async function* withLast<T>(items: AsyncIterable<T>): AsyncIterable<{ readonly item: T; readonly last: boolean }> {
  let held: { readonly item: T } | undefined;
  for await (const item of items) {
    if (held) yield { item: held.item, last: false };
    held = { item };
  }
  if (held) yield { item: held.item, last: true };
}

import { TrainingError, UsageError } from "../base/errors.ts";
import { withDefaults } from "../base/options.ts";
import type { TrainVal } from "../data/dataset.ts";
import type { MeasureName, WatchedName } from "../evaluation/measures.ts";
import { type BatchNormMode, smallestBatch, withBatchStatistics } from "../program/batch-statistics.ts";
import { type LossName, losses } from "../program/losses.ts";
import { type BestWeights, bestWeights } from "../training/callbacks/best-weights.ts";
import { earlyStopping } from "../training/callbacks/early-stopping.ts";
import { improves, type Monitor, merit, monitorOf, readings } from "../training/callbacks/monitor.ts";
import { stopOnNaN } from "../training/callbacks/stop-on-nan.ts";
import type { EpochRecord } from "../training/epoch-record.ts";
import type { Callback, StopReason } from "../training/events.ts";
import { checkBatchSize } from "../training/trainer.ts";
import type { Base } from "./base-model.ts";
import { classWeightsOf } from "./class-weights.ts";
import { withSmallerBatch } from "./fits-training.ts";
import { freshBase, scratchLearningRates } from "./from-scratch.ts";
import { graft } from "./graft.ts";
import type { Host } from "./host.ts";
import { checkMeasurable } from "./measurable.ts";
import type { PhaseEpoch, PhaseName, PhaseResult } from "./phase.ts";
import {
  checkRecipe,
  type FineTuneOptions,
  headLayers,
  lossFor,
  optimizerFor,
  type RecipeJob,
  type RecipeResume,
  type RecipeSoFar,
  recipeDefaults,
  scratchEpochs,
} from "./recipe.ts";
import { orderOf } from "./sampling.ts";
import { defaultLoss, unitsFor } from "./targets.ts";
import { requireTwoClasses } from "./threshold.ts";
import type { TransferModel } from "./transfer-model.ts";

export interface FineTuned {
  /** With the weights of the best epoch over both phases. */
  readonly model: TransferModel;
  readonly phases: readonly PhaseResult[];
  readonly best: EpochRecord | undefined;
  readonly stopped: StopReason;
}

/**
 * The recipe of transfer learning: a new head is trained on the frozen base, then the base is unfrozen and all of it is
 * trained at a low learning rate; with `lora`, low-rank adapters beside it are. With `fromScratch`, in place of both, the
 * same network is trained with fresh weights. The weights of the epoch with the lowest validation loss are kept, or with
 * the best `metric`; with `threshold` it is then chosen.
 *
 * @throws {HostError} "out-of-memory", before anything is trained where that can be foreseen
 * @throws {TrainingError} "batch-too-small" · "nan-loss" · "interrupted" where not one epoch was finished
 * @throws {DataError} "too-many-bad-images" · {GraphError} "no-gradient" in the part to be tuned · "no-adapter"
 * @throws {UsageError} "bad-option"
 */
export async function fineTune(base: Base, data: TrainVal, options: FineTuneOptions, host: Host): Promise<FineTuned> {
  const job: RecipeJob = withDefaults(recipeDefaults(options), options);
  checkRecipe("fineTune", job);
  const loss = job.loss ?? defaultLoss(data.train.classes.length);
  const layers = headLayers({ ...job, units: unitsFor(loss, data.train) });
  checkData(data, job, loss);
  const on = (own: Base) => graft(own, layers, { seed: job.seed, threads: job.threads }, host);
  const recipeOn = (model: TransferModel) => new Recipe({ model, data, job, loss, now: host.now });
  const story = { on, recipeOn, job, data };
  const tuned = await (job.fromScratch ? trainAnew(base, story) : transfer(base, story)).catch(withSmallerBatch(job));
  if (job.threshold !== undefined && tuned.best) {
    const { batch, maxBadFraction } = job;
    await tuned.model.setThreshold(job.threshold, data.val, { batch, maxBadFraction });
  }
  return tuned;
}

interface Story {
  readonly on: (base: Base) => TransferModel;
  readonly recipeOn: (model: TransferModel) => Recipe;
  readonly job: RecipeJob;
  readonly data: TrainVal;
}

/** The new layers on the frozen base, then the base too. */
async function transfer(base: Base, { on, recipeOn, job, data }: Story): Promise<FineTuned> {
  // Refused now rather than after the first phase: a node that is not there, or that no gradient passes.
  const opened = on(base);
  if (job.tuneEpochs > 0) open(opened, job);
  if (job.batchNorm === "training") checkBatchNorm(opened, { data, job });
  const model = on(base);
  const recipe = recipeOn(model);
  const { batchNorm } = job;
  const head = { epochs: job.headEpochs, learningRate: job.headLearningRate, batchNorm };
  const tune = { epochs: job.unfreeze === "none" ? 0 : job.tuneEpochs, learningRate: job.tuneLearningRate, batchNorm };
  await recipe.foresee("head", () => model.freeze(), head);
  await recipeOn(opened).foresee("tune", () => {}, tune);
  await recipe.phase("head", () => model.freeze(), head);
  await recipe.phase("tune", () => open(model, job), tune);
  return recipe.result();
}

/** The same network with fresh weights, all of it in one phase. */
async function trainAnew(base: Base, { on, recipeOn, job, data }: Story): Promise<FineTuned> {
  const { base: fresh, normalization, givenBack } = freshBase(base, job);
  const model = on(fresh);
  checkLeftOver(model, { data, job });
  const { epochs = scratchEpochs, learningRate = scratchLearningRates[normalization] } = job;
  job.onEvent?.({ type: "fresh-weights", normalization, givenBack });
  // The reset statistics say nothing of these weights: they have to follow the batches.
  const recipe = recipeOn(model);
  const scratch: PhaseOptions = { epochs, learningRate, batchNorm: "training" };
  await recipe.foresee("scratch", () => model.unfreeze("all"), scratch);
  await recipe.phase("scratch", () => model.unfreeze("all"), scratch);
  return recipe.result();
}

/** Refuses what the data do not go with, before anything is trained. @throws {UsageError} "bad-option" */
function checkData({ train, val }: TrainVal, { classWeights, sampling, metric, threshold }: RecipeJob, name: LossName) {
  const loss = losses[name]();
  if (classWeights !== undefined) classWeightsOf(train, classWeights);
  orderOf(sampling, train);
  checkMeasurable(metric, val, loss);
  const multiLabel = train.targets !== undefined;
  if (threshold !== undefined) requireTwoClasses({ classes: train.classes, multiLabel, loss });
}

interface DataAndJob {
  readonly data: TrainVal;
  readonly job: RecipeJob;
}

/** @throws {TrainingError} "batch-too-small" where the last batch of an epoch has no variance in some layer */
function checkLeftOver({ graph, trainable }: TransferModel, { data, job }: DataAndJob): { readonly layers: number } {
  const { layers } = withBatchStatistics(graph, trainable);
  checkBatchSize(data.train.size % job.batch || job.batch, { smallestBatch: smallestBatch(graph, layers) });
  return { layers: layers.length };
}

/** @throws {UsageError} "bad-option" where no BatchNormalization would be trained · {TrainingError} "batch-too-small" */
function checkBatchNorm(model: TransferModel, { data, job }: DataAndJob): void {
  if (checkLeftOver(model, { data, job }).layers > 0) return;
  if (job.lora !== undefined) {
    throw new UsageError(
      "bad-option",
      "With adapters the base's own weights stay as they are, its BatchNormalization too.",
      {
        hint: "Leave out --batch-norm training, or --lora.",
      },
    );
  }
  const kept = model.graph.nodes.some(({ op }) => op === "BatchNormalization");
  throw new UsageError("bad-option", kept ? "No BatchNormalization of the model is unfrozen." : merged, {
    hint: kept
      ? "Leave --batch-norm out, or unfreeze more of the base (--tune-epochs 5 --unfreeze all)."
      : "Leave --batch-norm out, or export the model with its BatchNormalization kept.",
  });
}

const merged = "The model has no BatchNormalization: its exporter merged it into the convolutions, if it had any.";

/** Makes the part of the base that is tuned trainable: its own weights, or adapters beside them. */
export function open(model: TransferModel, { unfreeze, lora, loraAlpha, loraTargets }: RecipeJob): void {
  if (lora === undefined) model.unfreeze(unfreeze);
  else model.addLora({ rank: lora, alpha: loraAlpha, targets: loraTargets, unfreeze });
}

interface RecipeParts {
  readonly model: TransferModel;
  readonly data: TrainVal;
  readonly job: RecipeJob;
  readonly loss: LossName;
  readonly now: () => number;
}

interface PhaseOptions {
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchNorm: BatchNormMode;
}

/** Accuracy is always told. */
const watched = (metric: MeasureName): readonly WatchedName[] =>
  metric === "loss" || metric === "accuracy" ? ["accuracy"] : ["accuracy", metric];

class Recipe {
  readonly #parts: RecipeParts;
  readonly #phases: PhaseResult[];
  /** Every epoch of every phase. */
  readonly #epochs: PhaseEpoch[];
  #best: EpochRecord | undefined;
  #stopped: StopReason = "done";
  /** The phase that another process left, until it is gone on with. */
  #resume: RecipeResume | undefined;

  constructor(parts: RecipeParts) {
    this.#parts = parts;
    const { resume } = parts.job;
    const { phases = [], epochs = [], best } = resume?.before ?? {};
    this.#resume = resume;
    this.#phases = [...phases];
    this.#epochs = [...epochs];
    this.#best = best;
  }

  /** Refuses a phase that would not go into memory. @throws {HostError} "out-of-memory" */
  async foresee(name: PhaseName, prepare: () => void, options: PhaseOptions): Promise<void> {
    const { model, data, job } = this.#parts;
    const isOver = job.resume?.before.epochs.some(({ phase }) => phase === name) ?? false;
    if (options.epochs === 0 || job.checkMemory === false || isOver) return;
    prepare();
    this.#compile(options);
    const { batch, augment } = job;
    const how = {
      validation: data.val,
      batch,
      augment,
      cache: job.cache ?? {},
      snapshots: job.callbacks !== undefined,
    };
    const memory = await model.checkMemory(data.train, how);
    job.onEvent?.({ type: "memory", phase: name, ...memory });
  }

  #compile({ learningRate, batchNorm }: PhaseOptions): void {
    const { model, job, loss } = this.#parts;
    model.compile({
      optimizer: optimizerFor(job.optimizer, learningRate),
      loss: lossFor(loss, job.labelSmoothing),
      metrics: watched(job.metric),
      classWeights: job.classWeights,
      accumulate: job.accumulate,
      batchNorm,
    });
  }

  async phase(name: PhaseName, prepare: () => void, options: PhaseOptions) {
    const { model, data, job } = this.#parts;
    const { epochs, learningRate } = options;
    if (epochs === 0 || this.#stopped === "interrupted" || this.#stopped === "nan-loss") return;
    const resume = this.#resume;
    if (resume && resume.phase !== name) return;
    this.#resume = undefined;
    if (resume) this.#recall(resume);
    prepare();
    this.#compile(options);
    const best = bestWeights({ toBeat: this.#best, monitor: this.#monitor, resume: resume?.best });
    const started = this.#parts.now() - 1000 * (resume?.fit.progress.seconds ?? 0);
    const done = this.#epochs.length;
    const { epochs: records, stopped } = await model.fit(data.train, {
      epochs: done + epochs,
      initialEpoch: done,
      resume: resume?.fit,
      validation: data.val,
      batch: job.batch,
      sampling: job.sampling,
      augment: job.augment,
      maxBadFraction: job.maxBadFraction,
      // It has been, for all phases before the first.
      checkMemory: false,
      signal: job.signal,
      cache: job.cache ?? {},
      onStart: ({ cached }) =>
        job.onEvent?.({ type: "phase", name, epochs, learningRate, ...model.parameters, cached }),
      callbacks: this.#callbacks(name, best),
      onFeatures: (split, done, total) => job.onEvent?.({ type: "features", phase: name, split, done, total }),
    });
    this.#note({ name, learningRate, seconds: (this.#parts.now() - started) / 1000 }, records, best);
    this.#stopped = stopped;
  }

  /** Puts the model where it stood when the phase began. */
  #recall({ weights, before: { leftOut } }: RecipeResume): void {
    const { model, data } = this.#parts;
    model.recall(data.train, leftOut.train);
    model.recall(data.val, leftOut.validation);
    if (weights) model.setWeights(weights);
  }

  /** What the phases so far came to. */
  get #soFar(): RecipeSoFar {
    const { model, data } = this.#parts;
    return {
      phases: [...this.#phases],
      epochs: [...this.#epochs],
      best: this.#best,
      leftOut: { train: model.leftOut(data.train), validation: model.leftOut(data.val) },
    };
  }

  get #monitor(): Monitor {
    return monitorOf(this.#parts.job.metric);
  }

  result(): FineTuned {
    const { model } = this.#parts;
    if (!this.#best && this.#stopped !== "done") throw lost(this.#stopped);
    return { model, phases: this.#phases, best: this.#best, stopped: this.#stopped };
  }

  #callbacks(name: PhaseName, best: BestWeights): readonly Callback[] {
    const { job } = this.#parts;
    return [
      (event) => job.onEvent?.({ type: "training", phase: name, event }),
      stopOnNaN(),
      ...(job.patience === undefined ? [] : [earlyStopping({ patience: job.patience, monitor: this.#monitor })]),
      ...(job.callbacks?.({ phase: name, before: this.#soFar }) ?? []),
      best,
    ];
  }

  #note(
    phase: Pick<PhaseResult, "name" | "learningRate" | "seconds">,
    records: readonly EpochRecord[],
    best: BestWeights,
  ): void {
    this.#epochs.push(...records.map((record) => ({ phase: phase.name, ...record })));
    this.#best = best.best() ?? this.#best;
    const monitor = this.#monitor;
    const judged = records.filter((record) => improves(record, undefined, monitor));
    const [top] = judged.sort((a, b) => merit(b, monitor) - merit(a, monitor));
    if (!top) return;
    const { valLoss = top.loss, valMetrics = top.metrics } = top;
    const { metric } = this.#parts.job;
    this.#phases.push({
      ...phase,
      epochs: records.length,
      valLoss,
      valAccuracy: valMetrics.accuracy ?? Number.NaN,
      ...(metric === "loss" ? {} : { best: { metric, value: readings(top)[monitor] ?? Number.NaN } }),
    });
  }
}

/** For `catch`: undefined where a run was stopped before its first epoch was over; anything else is thrown on. */
export function unlessInterrupted(error: unknown): undefined {
  if (!(error instanceof TrainingError) || error.code !== "interrupted") throw error;
}

function lost(reason: StopReason): TrainingError {
  return reason === "nan-loss"
    ? new TrainingError("nan-loss", "The loss stopped being a finite number before the first epoch was over.", {
        hint: "Lower the learning rate (--head-lr, --tune-lr), or check the pictures' preprocessing.",
      })
    : new TrainingError("interrupted", "The run was stopped before its first epoch was over: there is no model yet.");
}

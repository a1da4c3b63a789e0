import type { Dataset, TrainVal } from "./data/dataset.ts";
import { folderDataset as readFolder } from "./data/folder-dataset.ts";
import type { DataHealth } from "./data/health/data-health.ts";
import { type ImageFolder, imageFolder as readImageFolder } from "./data/image-folder.ts";
import { nodeHost } from "./hosts/node.ts";
import type { Layer } from "./rewrite/layers.ts";
import { type Base, type LoadOptions, loadBase as loadBaseOn } from "./tasks/base-model.ts";
import { type BenchOptions, type BenchResult, benchModel as benchOn } from "./tasks/bench.ts";
import { type CheckDataOptions, checkData as checkDataOn } from "./tasks/check-data.ts";
import { checkModelGradients, type GradientOptions, type GradientReport } from "./tasks/check-model-gradients.ts";
import { type CompareOptions, type CompareResult, compareStrategies as compareOn } from "./tasks/compare.ts";
import { type Diagnosis, type DoctorOptions, doctorModel as doctorOn } from "./tasks/doctor.ts";
import {
  type ExplainedClass,
  type Explainer,
  type ExplainerOptions,
  type Explanation,
  explainPicture,
  openExplainer as openExplainerOn,
} from "./tasks/explain.ts";
import { type FineTuned, fineTune as fineTuneOn } from "./tasks/fine-tune.ts";
import { type GraftOptions, graft as graftOn } from "./tasks/graft.ts";
import { loadAdapter as loadAdapterOn } from "./tasks/load-adapter.ts";
import type { Picture } from "./tasks/pictures.ts";
import type { FineTuneOptions } from "./tasks/recipe.ts";
import { type LoadModelOptions, loadTrained, type TrainedModel } from "./tasks/trained-model.ts";
import type { TransferModel } from "./tasks/transfer-model.ts";
import { type CheckpointPace, checkpointing } from "./training/callbacks/checkpoint.ts";
import { csvFile as csvIn } from "./training/callbacks/csv-file.ts";
import { historyFile as historyIn } from "./training/callbacks/history-file.ts";
import type { Monitor } from "./training/callbacks/monitor.ts";
import { type TensorBoard, tensorBoard as tensorBoardIn } from "./training/callbacks/tensorboard.ts";
import { Checkpoints } from "./training/checkpoints/checkpoints.ts";
import { type LastCheckpoint, lastCheckpoint as lastIn } from "./training/checkpoints/last-checkpoint.ts";
import type { Callback } from "./training/events.ts";

const host = nodeHost();

/**
 * Loads a pre-trained model without its classifier: a folder as on the Hugging Face Hub, a file, a known model's name, "hf:owner/name"
 * or the https address of a model's file.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "not-an-image-model" · "no-preprocessing" · {GraphError} "no-head"
 */
export const loadBase = (path: string, options: LoadOptions = {}): Promise<Base> => loadBaseOn(path, options, host);

/**
 * Reads labelled pictures: `<root>/<class>/*`, or `<root>/{train,val}/<class>/*`.
 *
 * @throws {DataError} "no-such-folder" · "one-class" · "empty-class" · "class-mismatch" · "shared-pictures"
 */
export const imageFolder = (
  root: string,
  options: { readonly val?: string | number; readonly seed?: number } = {},
): Promise<ImageFolder> => readImageFolder(root, { ...options, store: host.store, decoder: host.decoder });

/**
 * Reads one folder of labelled pictures, `<root>/<class>/*`, to evaluate a model whose classes are known.
 *
 * @throws {DataError} "no-such-folder" · "class-mismatch" · "no-images"
 */
export const folderDataset = (root: string, options: { readonly classes: readonly string[] }): Promise<Dataset> =>
  readFolder(root, { ...options, store: host.store, decoder: host.decoder });

/**
 * Looks at every picture of a data set before training: copies across splits and classes, what cannot be read, odd pictures,
 * small or missing classes.
 *
 * @throws {DataError} "no-such-folder" · "one-class" where there is no class folder at all · {UsageError} "bad-option"
 */
export const checkData = (options: CheckDataOptions): Promise<DataHealth> => checkDataOn(options, host);

export interface CheckpointOptions {
  readonly monitor?: Monitor;
  readonly phase?: string;
  readonly every?: CheckpointPace;
  readonly keep?: number;
  /** What `lastCheckpoint` gave, where a run goes on with it: the best epoch so far stays the best. */
  readonly resume?: LastCheckpoint | undefined;
}

/**
 * A callback that writes checkpoints of one `fit` into a folder, as safetensors: after each epoch, and within epochs as `every`
 * says. The last `keep` stay, and the weights of the best epoch.
 */
export function checkpoint(
  folder: string,
  { monitor = "valLoss", phase = "fit", every = {}, keep = 2, resume }: CheckpointOptions = {},
): Callback {
  const checkpoints = new Checkpoints({ store: host.store, folder, keep });
  const writing = checkpointing({ checkpoints, every, monitor, now: host.now, best: resume?.files.best });
  return resume ? writing.resumed({ phase }, resume.files.began) : writing.phase({ phase });
}

/**
 * The last whole checkpoint in a folder; undefined where there is none. `model.fit(train, { ...same, resume: last.fit })` goes on
 * from it, to the last bit as if it had never been interrupted; `bestWeights({ resume: last.best })` and
 * `checkpoint(folder, { resume: last })` remember the best epoch. A damaged checkpoint is taken away, and the one before it given.
 *
 * @throws {TrainingError} "bad-checkpoint" where another version wrote it
 */
export const lastCheckpoint = (folder: string): Promise<LastCheckpoint | undefined> =>
  lastIn(new Checkpoints({ store: host.store, folder, keep: 1 }));

/** A callback that adds a line of JSON to a file after each epoch. */
export const historyFile = (path: string, { phase = "fit" }: { readonly phase?: string } = {}): Callback =>
  historyIn({ store: host.store, path, phase });

/** A callback that adds a row of CSV to a file after each epoch. */
export const csvFile = (path: string, { phase = "fit" }: { readonly phase?: string } = {}): Callback =>
  csvIn({ store: host.store, path, phase });

/**
 * Writes event files for TensorBoard into a log directory. One call serves several `fit`s, each with a callback of its own:
 * `callbacks: [board.phase("head")]`, then `[board.phase("tune")]`.
 */
export const tensorBoard = (folder: string): TensorBoard =>
  tensorBoardIn({ store: host.store, folder, date: host.date });

/** Puts new layers on a base: `graft(base, [dropout(0.2), dense(1)])`. */
export const graft = (base: Base, layers: readonly Layer[], options: GraftOptions = {}): TransferModel =>
  graftOn(base, layers, options, host);

/** Puts an adapter that `saveAdapter` wrote, and its new layers, on the base that they were trained on. */
export const loadAdapter = (base: Base, folder: string, options: GraftOptions = {}): Promise<TransferModel> =>
  loadAdapterOn(base, folder, options, host);

/** The two-phase recipe in one call: train a new head on the frozen base, then fine-tune the base. */
export const fineTune = (base: Base, data: TrainVal, options: FineTuneOptions = {}): Promise<FineTuned> =>
  fineTuneOn(base, data, options, host);

/**
 * Trains a base in several ways on the same pictures, within the same budget and with the same seeds, and tells which way to
 * take: a new head alone, the last third of the base too, all of it, or the same network from scratch.
 *
 * @throws {UsageError} "bad-option" · {HostError} "run-exists" · what `loadBase`, `imageFolder` and `fineTune` throw
 */
export const compareStrategies = (options: CompareOptions): Promise<CompareResult> => compareOn(options, host);

/**
 * All that can be told about a model before it is trained: how much of it can be, what stands in the way, and what a step
 * takes on this machine.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "not-an-image-model"
 */
export const doctorModel = (options: DoctorOptions): Promise<Diagnosis> => doctorOn(options, host);

/**
 * Times what training does with a model, on noise: a step that trains all of it, its last layers or a new head, or its forward
 * pass alone.
 *
 * @throws {UsageError} "bad-option" · {HostError} "out-of-memory" · "engine-failed" · what `loadBase` throws
 */
export const benchModel = (options: BenchOptions): Promise<BenchResult> => benchOn(options, host);

/** Compares the gradients that a model is trained with with differences of its loss. */
export const checkGradients = (base: Base, options: GradientOptions = {}): Promise<GradientReport> =>
  checkModelGradients(base, options, host);

/** Loads a saved model to predict and evaluate. */
export const loadModel = (path: string, options: LoadModelOptions = {}): Promise<TrainedModel> =>
  loadTrained(path, options, host);

/**
 * Where in a picture a saved model sees a class (Grad-CAM). For several pictures, or the picture with the map laid over
 * it, `openExplainer`.
 *
 * @throws {GraphError} "no-feature-map" · "no-gradient" · {UsageError} "bad-option" for an unknown class · what
 *   `loadModel` and `predict` throw
 */
export const explain = (
  model: string,
  picture: Picture,
  options: ExplainerOptions & ExplainedClass = {},
): Promise<Explanation> => explainPicture(model, picture, options, host);

/** Loads a saved model to be asked where it sees what, picture after picture; `overlay` draws it. */
export const openExplainer = (model: string, options: ExplainerOptions = {}): Promise<Explainer> =>
  openExplainerOn(model, options, host);

export type { ErrorCode } from "./base/error-codes.ts";
export {
  DataError,
  GraphError,
  HostError,
  ModelError,
  RegraftError,
  TrainingError,
  UsageError,
} from "./base/errors.ts";
export { type ArrayDatasetOptions, arrayDataset } from "./data/array-dataset.ts";
export type { Dataset, TrainVal } from "./data/dataset.ts";
export type {
  DataHealth,
  HealthClass,
  HealthDepth,
  HealthFile,
  HealthFinding,
  HealthRange,
  HealthSplit,
  Severity,
} from "./data/health/data-health.ts";
export type { FindingCode } from "./data/health/finding-codes.ts";
export type { ImageFolder } from "./data/image-folder.ts";
export type { ClassEvaluation, Evaluation } from "./evaluation/evaluation.ts";
export type { MeasureName } from "./evaluation/measures.ts";
export type { Augmentation } from "./image/augment.ts";
export type { HeatMap } from "./image/heat-overlay.ts";
export type { RgbImage } from "./image/image.ts";
export type { Preprocessing } from "./image/preprocessing.ts";
export type { BatchNormMode } from "./program/batch-statistics.ts";
export { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from "./program/losses.ts";
export { adam, adamw, type Optimizer, rmsprop, sgd } from "./program/optimizers.ts";
export { constant, cosine, oneCycle, reduceOnPlateau, type Schedule, stepDecay } from "./program/schedules.ts";
export { renderComparisonReport } from "./report/comparison-report.ts";
export type { ComparisonReport, RunReport } from "./report/data.ts";
export { pictureAddress } from "./report/picture-address.ts";
export { type RunFolderParts, runReport } from "./report/run-folder-report.ts";
export { renderRunReport } from "./report/run-report.ts";
export { dense, dropout, type Layer, relu } from "./rewrite/layers.ts";
export type { Unfreeze } from "./rewrite/trainable.ts";
export type { Base, LoadOptions } from "./tasks/base-model.ts";
export type { BenchMode } from "./tasks/bench/mode.ts";
export type { StepProfile } from "./tasks/bench/step-profile.ts";
export type { BenchOptions, BenchResult } from "./tasks/bench.ts";
export type { CheckDataOptions } from "./tasks/check-data.ts";
export type { GradientOptions, GradientReport } from "./tasks/check-model-gradients.ts";
export type { ClassWeights } from "./tasks/class-weights.ts";
export type { Prediction } from "./tasks/classifier.ts";
export type {
  CompareEvent,
  CompareOptions,
  CompareResult,
  SizeResult,
  StrategyResult,
} from "./tasks/compare.ts";
export type { CompileOptions } from "./tasks/compile.ts";
export type { Diagnosis, DoctorOptions } from "./tasks/doctor.ts";
export type { OverlayPictureOptions } from "./tasks/draw-overlay.ts";
export type { Explainer, ExplainerOptions, Explanation } from "./tasks/explain.ts";
export type { FineTuned } from "./tasks/fine-tune.ts";
export type { FitMemory } from "./tasks/fit-memory.ts";
export type { LoraOptions } from "./tasks/lora.ts";
export type { FineTuneOptions } from "./tasks/recipe.ts";
export type { Sampling } from "./tasks/sampling.ts";
export type { ThresholdChoice } from "./tasks/threshold.ts";
export type { TrainedModel } from "./tasks/trained-model.ts";
export type {
  CheckMemoryOptions,
  FitModelOptions,
  LearningRateCurve,
  LearningRateOptions,
  TransferModel,
} from "./tasks/transfer-model.ts";
export { bestWeights } from "./training/callbacks/best-weights.ts";
export type { CheckpointPace } from "./training/callbacks/checkpoint.ts";
export { earlyStopping } from "./training/callbacks/early-stopping.ts";
export { stopOnNaN } from "./training/callbacks/stop-on-nan.ts";
export type { TensorBoard } from "./training/callbacks/tensorboard.ts";
export type { LastCheckpoint } from "./training/checkpoints/last-checkpoint.ts";
export type { EpochRecord } from "./training/epoch-record.ts";
export type { Callback, TrainingEvent } from "./training/events.ts";
export type { History } from "./training/fit.ts";
export type { RatePoint } from "./training/range-test.ts";
export type { SuggestedRates } from "./training/suggested-rates.ts";

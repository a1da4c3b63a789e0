import { HostError, TrainingError } from "../base/errors.ts";
import { checkNumber, withDefaults } from "../base/options.ts";
import type { BadImage } from "../data/bad-images.ts";
import type { DataHealth, HealthFinding } from "../data/health/data-health.ts";
import { type ImageFolder, imageFolder } from "../data/image-folder.ts";
import { type Evaluation, summarize } from "../evaluation/evaluation.ts";
import { withoutSecrets } from "../hub/web-address.ts";
import type { SavedDtype } from "../models/transformers-js.ts";
import { requireFloat16 } from "../rewrite/to-float16.ts";
import type { CheckpointPace } from "../training/callbacks/checkpoint.ts";
import { historyFile, historyLine } from "../training/callbacks/history-file.ts";
import type { StopReason } from "../training/events.ts";
import { type Base, loadBase } from "./base-model.ts";
import { checkFolder, quickCheck } from "./check-data.ts";
import { type FineTuned, fineTune } from "./fine-tune.ts";
import type { Host } from "./host.ts";
import type { PhaseResult } from "./phase.ts";
import {
  checkRecipe,
  epochsOf,
  type FineTuneOptions,
  idleOptions,
  lightAugmentation,
  recipeDefaults,
} from "./recipe.ts";
import { mistakesOf } from "./report/mistakes.ts";
import { writeRunReport } from "./report/write-run-report.ts";
import { fingerprintOf } from "./resume/fingerprint.ts";
import { type RunCheckpoints, runCheckpoints } from "./resume/run-checkpoints.ts";
import type { FindingSummary, SkippedImage } from "./run-events.ts";
import { createRunFolder, type RunFolder, runPaths } from "./run-folder.ts";
import { checkLogs, type LogOptions, runLogs } from "./run-logs.ts";
import { checkDtype, phaseRows } from "./save-model.ts";
import { defaultLoss } from "./targets.ts";
import { toldOptions } from "./told-options.ts";
import { type TrainedLora, trainedLora } from "./trained-lora.ts";
import type { TransferModel } from "./transfer-model.ts";

export interface TrainRunOptions extends Omit<FineTuneOptions, "augment" | "callbacks" | "resume">, LogOptions {
  /** Folder of pictures: <data>/<class>/*, or <data>/{train,val}/<class>/*. */
  readonly data: string;
  /** Model folder or .onnx file. */
  readonly model: string;
  /** Run folder to make. */
  readonly out: string;
  /** Share of the pictures set apart for validation, or a folder of them. */
  readonly val?: string | number | undefined;
  /** Random crops and flips. */
  readonly augment?: boolean;
  readonly headAt?: string | undefined;
  /** Name of a preprocessing preset, where the model does not tell. */
  readonly preprocessing?: string | undefined;
  readonly overwrite?: boolean;
  /** Looks at every picture first, as `checkData` does; else only at counts and at copies across splits. */
  readonly check?: boolean;
  /** How the saved model keeps its weights: "float32", or "float16" in half the space. It is trained in float32. */
  readonly dtype?: SavedDtype;
  /** Whether the run folder gets a report.html. */
  readonly report?: boolean;
  /** When checkpoints are written within an epoch; after each epoch one is in any case. By default every 5 minutes. */
  readonly checkpointEvery?: CheckpointPace;
  /** Checkpoints that are kept, from 1. */
  readonly keepCheckpoints?: number;
  /** Names of the options that a person set, for run.json. */
  readonly given?: readonly string[];
}

export interface TrainResult {
  readonly run: string;
  readonly classes: readonly string[];
  readonly phases: readonly PhaseResult[];
  /** Of the saved model, measured in float32. */
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Of two classes, the score of the second from which on it is chosen, where one was asked for. */
  readonly threshold?: number | undefined;
  /** The page that tells the run; undefined where none was asked for, or it could not be written. */
  readonly report?: string | undefined;
  /** The low-rank adapters, where the run came to them. */
  readonly lora?: TrainedLora | undefined;
  readonly skipped: readonly SkippedImage[];
  readonly stopped: StopReason;
}

type Defaulted =
  | "augment"
  | "overwrite"
  | "check"
  | "dtype"
  | "report"
  | "checkpointEvery"
  | "keepCheckpoints"
  | "given";
const trainRunDefaults: Required<Pick<TrainRunOptions, Defaulted>> = {
  augment: false,
  overwrite: false,
  check: false,
  dtype: "float32",
  report: true,
  checkpointEvery: { seconds: 300 },
  keepCheckpoints: 2,
  given: [],
};

/**
 * The whole story: loads model and pictures, fine-tunes, measures, and leaves a run folder with the model, its card,
 * the history, what everything was set to, and a page that tells it all.
 *
 * @throws {HostError} "run-exists" · "in-use" · {TrainingError} "nan-loss" after saving the best model so far · what fineTune throws
 */
export async function trainRun(options: TrainRunOptions, host: Host): Promise<TrainResult> {
  const job = trainJob(options, host);
  await checkLogs(job, host.store);
  const read = await readAll(options, job, host);
  const folder = await createRunFolder(job.out, { store: host.store, overwrite: job.overwrite });
  return carryOut({ ...read, job, folder, host, checkpoints: await checkpointsOf({ ...read, job, folder, host }) });
}

/**
 * The checkpoints of a run in its folder, with those that an earlier process left there.
 *
 * @throws {TrainingError} "cannot-resume" · "bad-checkpoint"
 */
export function checkpointsOf({
  job,
  base,
  data,
  folder,
  host,
}: Omit<RunParts, "checkpoints">): Promise<RunCheckpoints> {
  const { checkpointEvery: every, keepCheckpoints: keep, metric } = job;
  const fingerprint = fingerprintOf(base.graph, data);
  return runCheckpoints({ every, keep, metric, fingerprint }, { folder, host });
}

/** The options of a run, checked, with their defaults. @throws {UsageError} "bad-option" */
export function trainJob(options: TrainRunOptions, { threads }: Pick<Host, "threads">): TrainJob {
  const named = { ...options, model: withoutSecrets(options.model) };
  const job = withDefaults({ ...recipeDefaults(options), ...trainRunDefaults, threads }, named);
  checkRecipe("trainRun", recipeOf(job));
  checkDtype(job.dtype);
  checkNumber("keepCheckpoints", job.keepCheckpoints, { min: 1, integer: true });
  // What is not finite could not be read from run.json again.
  const { steps, seconds } = job.checkpointEvery;
  if (steps !== undefined) checkNumber("checkpointEvery.steps", steps, { min: 1, integer: true });
  if (seconds !== undefined)
    checkNumber("checkpointEvery.seconds", seconds, { moreThan: 0, max: Number.MAX_SAFE_INTEGER });
  return job;
}

/** Model and pictures of a run. @throws what `loadBase` and `imageFolder` throw */
export async function readAll({ model }: Pick<TrainRunOptions, "model">, job: TrainJob, host: Host) {
  const base = await loadBase(model, { headAt: job.headAt, preprocessing: job.preprocessing }, host);
  if (job.dtype === "float16") requireFloat16(base.graph);
  const { store, decoder } = host;
  const val = job.val === undefined ? {} : { val: job.val };
  return { base, data: await imageFolder(job.data, { store, decoder, seed: job.seed, ...val }) };
}

/** Trains into a folder that is open, from its last checkpoint on where it has one. @throws as `trainRun` */
export async function carryOut(parts: RunParts): Promise<TrainResult> {
  const { job, folder } = parts;
  const run = new Run(parts);
  const result = await run.train().catch(async (error: unknown) => {
    await folder.fail(() => run.giveUp(error));
    throw error;
  });
  await folder.keep();
  job.onEvent?.({ type: "saved", path: folder.path });
  if (result.stopped === "nan-loss") throw divergence(result);
  return result;
}

const summary = ({ files, ...finding }: HealthFinding): FindingSummary => ({ ...finding, files: files.length });

/** The loss diverged; the model from before is saved. */
const divergence = ({ run }: TrainResult) =>
  new TrainingError("nan-loss", "The loss stopped being a finite number.", {
    hint: `The best model before that is saved in ${run}. Lower --head-lr or --tune-lr.`,
  });

export type TrainJob = ReturnType<
  typeof withDefaults<
    ReturnType<typeof recipeDefaults> & typeof trainRunDefaults & { threads: number },
    TrainRunOptions
  >
>;

/** The options that are fineTune's own. */
function recipeOf(job: TrainJob) {
  const {
    data,
    model,
    out,
    val,
    augment,
    headAt,
    preprocessing,
    overwrite,
    check,
    dtype,
    report,
    given,
    tensorBoard,
    csv,
    checkpointEvery,
    keepCheckpoints,
    ...recipe
  } = job;
  return recipe;
}

export interface RunParts {
  readonly job: TrainJob;
  readonly base: Base;
  readonly data: ImageFolder;
  readonly folder: RunFolder;
  readonly host: Host;
  readonly checkpoints: RunCheckpoints;
  /** When the run began, where another process began it. */
  readonly started?: string | undefined;
  /** When it was gone on with, up to now. */
  readonly resumed?: readonly string[] | undefined;
}

class Run {
  readonly #parts: RunParts;
  readonly #started: string;
  #health: DataHealth | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#started = parts.started ?? parts.host.date();
  }

  async train(): Promise<TrainResult> {
    const { job, base, data, folder, host } = this.#parts;
    job.onEvent?.({
      type: "start",
      model: job.model,
      classes: data.train.classes,
      train: data.train.size,
      val: data.val.size,
      head: { node: base.features.end, features: base.features.size, reason: base.features.reason },
    });
    // First of all: a folder without it is none that can be gone on with, or replaced.
    await this.#describe({ status: "running" });
    await this.#checkData();
    const tuned = await fineTune(base, data, await this.#recipe(), host);
    const { result, evaluation } = await this.#measured(tuned);
    await tuned.model.save(folder.paths.model, {
      metrics: { accuracy: result.valAccuracy, loss: result.valLoss },
      training: this.#cardRows(result),
      dtype: job.dtype,
      overwrite: true,
    });
    if (result.lora) await tuned.model.saveAdapter(folder.paths.adapter, { overwrite: true });
    const status =
      result.stopped === "nan-loss" ? "diverged" : result.stopped === "interrupted" ? "interrupted" : "finished";
    await this.#describe({ status, finished: host.date(), result });
    if (!job.report) return result;
    const report = await this.#report(tuned.model, evaluation);
    return { ...result, report };
  }

  /** A page that could not be made costs nobody a run: what it would have said lies in other files. */
  async #report(model: TransferModel, evaluation: Evaluation): Promise<string | undefined> {
    const { job, data, folder, host } = this.#parts;
    job.onEvent?.({ type: "reporting" });
    try {
      const found = { evaluation, dataset: data.val, model: model.finished(), threads: job.threads };
      const mistakes = await mistakesOf(found, host);
      const health = this.#health;
      await writeRunReport({ paths: folder.paths, data, evaluation, mistakes, health }, host.store);
      return runPaths(host.store, folder.path).report;
    } catch (error) {
      job.onEvent?.({ type: "no-report", reason: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  /** Whatever is found, training goes on: what it could not go on with has been refused before. */
  async #checkData(): Promise<void> {
    const { job, data, folder, host } = this.#parts;
    const health = job.check
      ? await checkFolder(
          job.data,
          data,
          {
            maxBadFraction: job.maxBadFraction,
            signal: job.signal,
            onProgress: (done, total) => job.onEvent?.({ type: "checking", done, total }),
          },
          host,
        )
      : await quickCheck(job.data, data, host);
    await host.store.write(folder.paths.health, `${JSON.stringify(health, null, 2)}\n`);
    this.#health = health;
    job.onEvent?.({ type: "health", depth: health.depth, findings: health.findings.map(summary) });
  }

  /** Notes in the folder that stays why there is no model. The disk may be the very reason: then the note is left out. */
  async giveUp(error: unknown): Promise<void> {
    const { job, data, folder, host } = this.#parts;
    const reason = error instanceof Error ? error.message : String(error);
    job.onEvent?.({ type: "failed", path: folder.path, reason });
    const isStopped = error instanceof TrainingError && error.code === "interrupted";
    const how = isStopped ? { status: "interrupted" } : { status: "failed", error: reason };
    await this.#describe({ ...how, finished: host.date() }).catch((cause: unknown) => {
      if (!(cause instanceof HostError)) throw cause;
    });
    // Whatever a page fails by, it is the run's own error that is told.
    if (job.report)
      await writeRunReport({ paths: folder.paths, data, health: this.#health }, host.store).catch(() => {});
  }

  /** Accuracy and loss of the model as it is saved, on the validation pictures. */
  async #measured({
    model,
    phases,
    stopped,
  }: FineTuned): Promise<{ readonly result: TrainResult; readonly evaluation: Evaluation }> {
    const { job, data, folder, host } = this.#parts;
    const { batch, maxBadFraction } = job;
    const { means, predictions } = await model.judge(data.val, { batch, maxBadFraction });
    const evaluation = summarize(predictions, { nameOf: (index) => data.val.name(index) });
    await host.store.write(folder.paths.evaluation, `${JSON.stringify(evaluation, null, 2)}\n`);
    const { loss, metrics } = means;
    const skipped = model.skipped.map(({ name, reason }: BadImage) => ({ name, reason }));
    for (const image of skipped) job.onEvent?.({ type: "bad-image", ...image });
    const valAccuracy = metrics.accuracy ?? Number.NaN;
    const lora = trainedLora(model, runPaths(host.store, folder.path).adapter);
    const result = {
      run: folder.path,
      classes: data.train.classes,
      phases,
      valLoss: loss,
      valAccuracy,
      threshold: model.threshold,
      lora,
      skipped,
      stopped,
    };
    return { result, evaluation };
  }

  async #recipe(): Promise<FineTuneOptions> {
    const { job, folder, host, checkpoints } = this.#parts;
    const { store } = host;
    const { resume } = checkpoints;
    const done = resume ? epochsOf(resume) : [];
    await store.write(folder.paths.history, done.map(({ phase, ...record }) => historyLine(phase, record)).join(""));
    const logs = await runLogs(job, { folder, host, done });
    this.#tellResumed(checkpoints);
    return {
      ...recipeOf(job),
      augment: job.augment ? lightAugmentation : undefined,
      cache: { folder: folder.paths.root, ...job.cache },
      resume,
      callbacks: (start) => [
        historyFile({ store, path: folder.paths.history, phase: start.phase }),
        ...logs(start.phase),
        checkpoints.phase(start),
      ],
    };
  }

  #tellResumed({ resume, refused }: RunCheckpoints): void {
    const { job, resumed } = this.#parts;
    if (!resumed) return;
    const at = resume && {
      phase: resume.phase,
      epochs: resume.fit.progress.epoch - 1,
      steps: resume.fit.progress.step,
    };
    job.onEvent?.({ type: "resumed", at, refused });
  }

  async #describe(state: object): Promise<void> {
    const { job, base, data, folder, host, resumed } = this.#parts;
    const about = {
      command: "train",
      started: this.#started,
      ...(resumed ? { resumed } : {}),
      ...state,
      options: this.#options(),
      classes: data.train.classes,
      examples: this.#counts(),
      ...(this.#health ? { data: { depth: this.#health.depth, findings: this.#health.findings.map(summary) } } : {}),
      base: {
        path: base.path,
        head: base.features.end,
        headReason: base.features.reason,
        features: base.features.size,
      },
      loss: { name: job.loss ?? defaultLoss(data.train.classes.length), labelSmoothing: job.labelSmoothing },
      preprocessing: { ...base.preprocessing, from: base.preprocessingSource },
      versions: host.versions,
    };
    await host.store.write(folder.paths.about, `${JSON.stringify(about, null, 2)}\n`);
  }

  /** Each option with its value and where it came from. */
  #options() {
    const { onEvent, signal, given, ...values } = this.#parts.job;
    const { threads } = this.#parts.host;
    const usual = { ...recipeDefaults(this.#parts.job), ...trainRunDefaults, threads };
    const idle = idleOptions(this.#parts.job);
    const telling = Object.entries(values).filter(([name]) => !idle.includes(name));
    return toldOptions(Object.fromEntries(telling), { usual, given });
  }

  #cardRows({ phases, lora, threshold, classes }: TrainResult) {
    const { job } = this.#parts;
    const { train, val } = this.#counts();
    return {
      ...phaseRows(phases),
      ...(lora ? { "Low-rank adapters": `rank ${lora.rank} on ${lora.modules.length} layers, folded in` } : {}),
      "Training pictures": train,
      "Validation pictures": val,
      ...(threshold === undefined ? {} : { Threshold: `${classes[1]} from a score of ${threshold.toFixed(4)} on` }),
      Optimizer: job.optimizer,
      "Learning rate": phases.map(({ name, learningRate }) => `${learningRate} (${name})`).join(", "),
      Batch: job.batch,
      Seed: job.seed,
    };
  }

  #counts() {
    const { train, val } = this.#parts.data;
    return { train: train.size, val: val.size };
  }
}

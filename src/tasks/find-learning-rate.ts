import { UsageError } from "../base/errors.ts";
import { withDefaults } from "../base/options.ts";
import type { TrainVal } from "../data/dataset.ts";
import { imageFolder } from "../data/image-folder.ts";
import type { OptimizerName } from "../program/optimizers.ts";
import type { Store } from "../store/store.ts";
import { checkedRamp, type RangeTest, type RatePoint } from "../training/range-test.ts";
import type { SuggestedRates } from "../training/suggested-rates.ts";
import { type Base, loadBase } from "./base-model.ts";
import { named } from "./compile.ts";
import { fineTune, open as openBase } from "./fine-tune.ts";
import { graft } from "./graft.ts";
import type { Host } from "./host.ts";
import { rateChart } from "./rate-chart.ts";
import {
  checkRecipe,
  headLayers,
  lightAugmentation,
  lossFor,
  optimizerFor,
  type RecipeJob,
  recipeDefaults,
} from "./recipe.ts";
import type { LogOptions } from "./run-logs.ts";
import { defaultLoss, unitsFor } from "./targets.ts";
import type { TrainRunOptions } from "./train-run.ts";
import type { TransferModel } from "./transfer-model.ts";

/** Which of the recipe's learning rates is looked for: that of the new head, or of tuning the base after it. */
export type RatePhase = "head" | "tune";

type OfTheRun =
  | "out"
  | "overwrite"
  | "dtype"
  | "given"
  | "tuneEpochs"
  | "tuneLearningRate"
  | "patience"
  | "metric"
  | "threshold"
  | "sampling"
  | "fromScratch"
  | "epochs"
  | "learningRate"
  | "check"
  | "report"
  | "checkpointEvery"
  | "keepCheckpoints"
  | "signal"
  | keyof LogOptions;

/** `headEpochs` and `headLearningRate` train the head before the phase "tune". */
export interface FindLearningRateOptions extends Omit<TrainRunOptions, OfTheRun> {
  readonly phase?: RatePhase;
  /** Picture of the curve to write, an SVG file. */
  readonly out?: string | undefined;
  /** First and last learning rate, and the updates from one to the other. */
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
  readonly onPoint?: ((point: RatePoint) => void) | undefined;
}

export interface FoundLearningRate extends RangeTest {
  readonly phase: RatePhase;
  /** The valley's; null where the loss never fell. */
  readonly suggestion: number | null;
  readonly suggestions: SuggestedRates | null;
  /** What the recipe takes where nobody says otherwise. */
  readonly usual: number;
  readonly optimizer: OptimizerName;
  readonly batch: number;
  /** The picture that was written. */
  readonly out: string | null;
}

const phases: { readonly [P in RatePhase]: P } = { head: "head", tune: "tune" };

/**
 * Looks for the learning rate of a phase of the recipe by a range test: see `TransferModel.findLearningRate`. For the phase
 * "tune" the head is trained first, as the recipe does it: the curve is then that of a model which knows something.
 *
 * @throws {UsageError} "bad-option" · what `loadBase`, `imageFolder` and `fineTune` throw
 */
export async function findLearningRate(options: FindLearningRateOptions, host: Host): Promise<FoundLearningRate> {
  const { phase = "head", out, from, to, steps, onPoint, ...rest } = options;
  const { data: folder, val, model: path, augment, headAt, preprocessing, ...given } = rest;
  named("phase", phases, phase);
  const ramp = checkedRamp({ from, to, steps });
  if (out !== undefined) await checkPicture(out, host.store);
  const job: RecipeJob = {
    ...withDefaults({ ...recipeDefaults(given), threads: host.threads }, given),
    augment: augment ? lightAugmentation : undefined,
  };
  checkJob(job, phase);
  const { store, decoder } = host;
  const base = await loadBase(path, { headAt, preprocessing }, host);
  const data = await imageFolder(folder, { store, decoder, seed: job.seed, ...(val === undefined ? {} : { val }) });
  const model = await prepared(phase, { base, data, job, host });
  const curve = await model.findLearningRate(data.train, {
    ...{ ...ramp, onPoint, batch: job.batch, augment: job.augment, maxBadFraction: job.maxBadFraction },
    cache: job.cache ?? {},
    onFeatures: (split, done, total) => job.onEvent?.({ type: "features", phase, split, done, total }),
  });
  for (const { name, reason } of model.skipped) job.onEvent?.({ type: "bad-image", name, reason });
  await model.close();
  if (out !== undefined) await store.write(out, rateChart(curve));
  const { points, stopped, suggestion = null, suggestions = null } = curve;
  return {
    ...{ phase, suggestion, suggestions, points, stopped },
    ...{ usual: recipeDefaults(job)[`${phase}LearningRate`], optimizer: job.optimizer, batch: job.batch },
    out: out ?? null,
  };
}

/** Refused before minutes of work, rather than after. @throws {UsageError} "bad-option" */
async function checkPicture(path: string, store: Store): Promise<void> {
  if (!/\.svg$/i.test(path)) {
    throw new UsageError("bad-option", `The picture of the curve is an SVG file, "${path}" is not named as one.`, {
      hint: "Name it like --out lr.svg.",
    });
  }
  if ((await store.kind(path)) !== "folder") return;
  throw new UsageError("bad-option", `"${path}" is a folder.`, { hint: "Name a file: --out lr.svg." });
}

function checkJob(job: RecipeJob, phase: RatePhase): void {
  checkRecipe("findLearningRate", job);
  if (phase === "head" || job.unfreeze !== "none") return;
  throw new UsageError("bad-option", "With the base frozen there is nothing to tune.", {
    hint: "Leave out --unfreeze none, or look for the head's rate: --phase head.",
  });
}

interface Parts {
  readonly base: Base;
  readonly data: TrainVal;
  readonly job: RecipeJob;
  readonly host: Host;
}

/** The model as it is when the phase begins. */
async function prepared(phase: RatePhase, { base, data, job, host }: Parts): Promise<TransferModel> {
  const loss = job.loss ?? defaultLoss(data.train.classes.length);
  const grafted = () =>
    graft(
      base,
      headLayers({ ...job, units: unitsFor(loss, data.train) }),
      { seed: job.seed, threads: job.threads },
      host,
    );
  // Refused now rather than after the head is trained: a node that is not there, or that no gradient passes.
  if (phase === "tune") openBase(grafted(), job);
  const model = phase === "tune" && job.headEpochs > 0 ? await withTrainedHead({ base, data, job, host }) : grafted();
  if (phase === "tune") openBase(model, job);
  else model.freeze();
  model.compile({
    optimizer: optimizerFor(job.optimizer, job.headLearningRate),
    loss: lossFor(loss, job.labelSmoothing),
    classWeights: job.classWeights,
    accumulate: job.accumulate,
    batchNorm: phase === "tune" ? job.batchNorm : "frozen",
  });
  return model;
}

async function withTrainedHead({ base, data, job, host }: Parts): Promise<TransferModel> {
  const { lora, loraAlpha, loraTargets, ...recipe } = job;
  const { model } = await fineTune(base, data, { ...recipe, tuneEpochs: 0, batchNorm: "frozen" }, host);
  return model;
}

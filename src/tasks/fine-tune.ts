import { TrainingError, UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown, withDefaults } from "../base/options.ts";
import type { TrainVal } from "../data/dataset.ts";
import type { Augmentation } from "../image/augment.ts";
import { type LossName, losses } from "../program/losses.ts";
import { adam, adamw, type Optimizer, type OptimizerName, rmsprop, sgd } from "../program/optimizers.ts";
import { dense, dropout as dropoutLayer, type Layer, relu } from "../rewrite/layers.ts";
import { checkUnfreeze, type Unfreeze } from "../rewrite/trainable.ts";
import { type BestWeights, bestWeights } from "../training/callbacks/best-weights.ts";
import { earlyStopping } from "../training/callbacks/early-stopping.ts";
import { stopOnNaN } from "../training/callbacks/stop-on-nan.ts";
import type { Callback, EpochRecord, StopReason } from "../training/events.ts";
import type { Signal } from "../training/fit.ts";
import type { CacheOptions } from "./assembly.ts";
import type { Base } from "./base-model.ts";
import { named } from "./compile.ts";
import { graft } from "./graft.ts";
import type { Host } from "./host.ts";
import type { PhaseName, PhaseResult } from "./phase.ts";
import type { RunEvent } from "./run-events.ts";
import { defaultLoss, unitsFor } from "./targets.ts";
import type { TransferModel } from "./transfer-model.ts";

export interface FineTuneOptions {
  /** Epochs with the base frozen, from 0. */
  readonly headEpochs?: number;
  /** Epochs with the base unfrozen as `unfreeze` says, from 0. */
  readonly tuneEpochs?: number;
  readonly headLearningRate?: number;
  readonly tuneLearningRate?: number;
  readonly unfreeze?: Unfreeze;
  readonly optimizer?: OptimizerName;
  /** By default binary cross-entropy for two classes, softmax cross-entropy for more. */
  readonly loss?: LossName | undefined;
  /** Units of hidden layers, each followed by a ReLU, before the last layer. */
  readonly hidden?: readonly number[];
  /** Share of the inputs of each new dense layer that is dropped while training. From 0 to below 1. */
  readonly dropout?: number;
  readonly labelSmoothing?: number;
  readonly batch?: number;
  readonly accumulate?: number;
  readonly augment?: Augmentation | undefined;
  readonly seed?: number;
  readonly threads?: number | undefined;
  /** Epochs without a better validation loss after which a phase ends early. */
  readonly patience?: number | undefined;
  readonly maxBadFraction?: number;
  /** How much of the frozen part's features is kept, and where. */
  readonly cache?: Partial<CacheOptions> | undefined;
  readonly signal?: Signal | undefined;
  readonly onEvent?: (event: RunEvent) => void;
  /** More callbacks for a phase; `toBeat` is the best epoch of the phase before. */
  readonly callbacks?: (phase: PhaseName, toBeat: EpochRecord | undefined) => readonly Callback[];
}

export const fineTuneDefaults = {
  headEpochs: 10,
  tuneEpochs: 5,
  headLearningRate: 3e-3,
  tuneLearningRate: 1e-5,
  unfreeze: "all",
  optimizer: "adam",
  hidden: [],
  dropout: 0.2,
  labelSmoothing: 0,
  batch: 32,
  accumulate: 1,
  seed: 0,
  maxBadFraction: 0.1,
} as const satisfies FineTuneOptions;

/** Every option there is: what is not here is refused. */
const optionNames: { readonly [K in keyof FineTuneOptions]-?: true } = {
  headEpochs: true,
  tuneEpochs: true,
  headLearningRate: true,
  tuneLearningRate: true,
  unfreeze: true,
  optimizer: true,
  loss: true,
  hidden: true,
  dropout: true,
  labelSmoothing: true,
  batch: true,
  accumulate: true,
  augment: true,
  seed: true,
  threads: true,
  patience: true,
  maxBadFraction: true,
  cache: true,
  signal: true,
  onEvent: true,
  callbacks: true,
};

/** Crops of at least half the picture, and mirror images: enough to vary a small data set, too little to hide an object. */
export const lightAugmentation: Augmentation = { randomResizedCrop: { scale: [0.5, 1] }, horizontalFlip: 0.5 };

export interface FineTuned {
  /** With the weights of the best epoch over both phases. */
  readonly model: TransferModel;
  readonly phases: readonly PhaseResult[];
  readonly best: EpochRecord | undefined;
  readonly stopped: StopReason;
}

/**
 * The recipe of transfer learning: a new head is trained on the frozen base, then the base is unfrozen and all of it is
 * trained at a low learning rate. The weights of the epoch with the lowest validation loss are kept.
 *
 * @throws {TrainingError} "nan-loss" · "interrupted" where not one epoch was finished · {UsageError} "bad-option"
 * @throws {DataError} "too-many-bad-images" · {GraphError} "no-gradient" in the part to be tuned
 */
export async function fineTune(base: Base, data: TrainVal, options: FineTuneOptions, host: Host): Promise<FineTuned> {
  const job: Job = withDefaults(fineTuneDefaults, options);
  checkRecipe("fineTune", job);
  const loss = job.loss ?? defaultLoss(data.train.classes.length);
  const layers = headLayers({ ...job, units: unitsFor(loss, data.train) });
  const model = graft(base, layers, { seed: job.seed, threads: job.threads }, host);
  // Refused now rather than after the first phase: a node that is not there, or that no gradient passes.
  if (job.tuneEpochs > 0) model.unfreeze(job.unfreeze);
  const recipe = new Recipe({ model, data, job, loss, now: host.now });
  await recipe.phase("head", "none", { epochs: job.headEpochs, learningRate: job.headLearningRate });
  if (job.unfreeze !== "none") {
    await recipe.phase("tune", job.unfreeze, { epochs: job.tuneEpochs, learningRate: job.tuneLearningRate });
  }
  return recipe.result();
}

/**
 * Refuses options that are unknown or out of range, and a recipe that trains nothing: now, rather than after a phase.
 *
 * @throws {UsageError} "bad-option"
 */
export function checkRecipe(where: string, recipe: Job): void {
  const unknown = Object.entries(recipe).filter(([name]) => !Object.hasOwn(optionNames, name));
  refuseUnknown(where, Object.fromEntries(unknown));
  for (const [name, range] of Object.entries(ranges)) {
    checkNumber(name, recipe[name as keyof typeof ranges], range);
  }
  if (recipe.patience !== undefined) checkNumber("patience", recipe.patience, whole);
  for (const units of recipe.hidden) checkNumber("hidden", units, whole);
  checkUnfreeze(recipe.unfreeze);
  optimizerFor(recipe.optimizer, recipe.headLearningRate);
  if (recipe.loss !== undefined) lossFor(recipe.loss, recipe.labelSmoothing);
  const { headEpochs, tuneEpochs, unfreeze } = recipe;
  if (headEpochs !== 0 || (tuneEpochs !== 0 && unfreeze !== "none")) return;
  throw new UsageError("bad-option", "Nothing would be trained: both phases have no epoch.", {
    hint: "Give the head epochs (--head-epochs 10), or tune the base too (--tune-epochs 5 --unfreeze all).",
  });
}

const whole = { min: 1, integer: true } as const;

/** What the numbers of a recipe may be. */
const ranges = {
  headEpochs: { min: 0, integer: true },
  tuneEpochs: { min: 0, integer: true },
  headLearningRate: { moreThan: 0 },
  tuneLearningRate: { moreThan: 0 },
  dropout: { min: 0, lessThan: 1 },
  labelSmoothing: { min: 0, lessThan: 1 },
  batch: whole,
  accumulate: whole,
  seed: {},
  maxBadFraction: { min: 0, max: 1 },
} as const satisfies { readonly [K in keyof FineTuneOptions]?: object };

type Defaulted = keyof typeof fineTuneDefaults;
type Job = Omit<FineTuneOptions, Defaulted> & { readonly [K in Defaulted]-?: NonNullable<FineTuneOptions[K]> };

interface RecipeParts {
  readonly model: TransferModel;
  readonly data: TrainVal;
  readonly job: Job;
  readonly loss: LossName;
  readonly now: () => number;
}

class Recipe {
  readonly #parts: RecipeParts;
  readonly #phases: PhaseResult[] = [];
  #epochs = 0;
  #best: EpochRecord | undefined;
  #stopped: StopReason = "done";

  constructor(parts: RecipeParts) {
    this.#parts = parts;
  }

  async phase(
    name: PhaseName,
    unfreeze: Unfreeze,
    { epochs, learningRate }: { readonly epochs: number; readonly learningRate: number },
  ) {
    const { model, data, job, loss } = this.#parts;
    if (epochs === 0 || this.#stopped === "interrupted" || this.#stopped === "nan-loss") return;
    model.unfreeze(unfreeze);
    model.compile({
      optimizer: optimizerFor(job.optimizer, learningRate),
      loss: lossFor(loss, job.labelSmoothing),
      accumulate: job.accumulate,
    });
    const best = bestWeights({ toBeat: this.#best });
    const started = this.#parts.now();
    const { epochs: records, stopped } = await model.fit(data.train, {
      epochs: this.#epochs + epochs,
      initialEpoch: this.#epochs,
      validation: data.val,
      batch: job.batch,
      augment: job.augment,
      maxBadFraction: job.maxBadFraction,
      signal: job.signal,
      cache: job.cache ?? {},
      onStart: ({ cached }) =>
        job.onEvent?.({ type: "phase", name, epochs, learningRate, ...model.parameters, cached }),
      callbacks: this.#callbacks(name, best),
      onFeatures: (split, done, total) => job.onEvent?.({ type: "features", phase: name, split, done, total }),
    });
    this.#note(name, records, { best, seconds: (this.#parts.now() - started) / 1000 });
    this.#stopped = stopped;
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
      ...(job.patience === undefined ? [] : [earlyStopping({ patience: job.patience })]),
      ...(job.callbacks?.(name, this.#best) ?? []),
      best,
    ];
  }

  #note(
    name: PhaseName,
    records: readonly EpochRecord[],
    { best, seconds }: { readonly best: BestWeights; readonly seconds: number },
  ): void {
    this.#epochs += records.length;
    this.#best = best.best() ?? this.#best;
    const judged = records.filter(({ loss, valLoss = loss }) => Number.isFinite(valLoss));
    const [top] = judged.sort((a, b) => (a.valLoss ?? a.loss) - (b.valLoss ?? b.loss));
    if (!top) return;
    const { valLoss = top.loss, valMetrics = top.metrics } = top;
    this.#phases.push({
      name,
      epochs: records.length,
      seconds,
      valLoss,
      valAccuracy: valMetrics.accuracy ?? Number.NaN,
    });
  }
}

/** [dropout, dense, relu] for each hidden layer, then dropout and the layer that makes the logits. */
export function headLayers({
  hidden,
  dropout,
  units,
}: {
  readonly hidden: readonly number[];
  readonly dropout: number;
  readonly units: number;
}): readonly Layer[] {
  const drop = dropout > 0 ? [dropoutLayer(dropout)] : [];
  return [...hidden.flatMap((width) => [...drop, dense(width), relu()]), ...drop, dense(units)];
}

/** Each optimizer as the recipe uses it: its defaults, and momentum where plain descent would crawl. */
const recipes: { readonly [N in OptimizerName]: (learningRate: number) => Optimizer } = {
  sgd: (learningRate) => sgd({ learningRate, momentum: 0.9 }),
  adam: (learningRate) => adam({ learningRate }),
  adamw: (learningRate) => adamw({ learningRate }),
  rmsprop: (learningRate) => rmsprop({ learningRate }),
};

const optimizerFor = (name: OptimizerName, learningRate: number): Optimizer =>
  named("optimizer", recipes, name)(learningRate);

const lossFor = (name: LossName, labelSmoothing: number) =>
  named("loss", losses, name)(labelSmoothing > 0 ? { labelSmoothing } : {});

function lost(reason: StopReason): TrainingError {
  return reason === "nan-loss"
    ? new TrainingError("nan-loss", "The loss stopped being a finite number before the first epoch was over.", {
        hint: "Lower the learning rate (--head-lr, --tune-lr), or check the pictures' preprocessing.",
      })
    : new TrainingError(
        "interrupted",
        "The run was stopped before its first epoch was over: there is nothing to keep.",
      );
}

import { UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { type MeasureName, measures } from "../evaluation/measures.ts";
import type { Augmentation } from "../image/augment.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { type LossName, losses } from "../program/losses.ts";
import { adam, adamw, type Optimizer, type OptimizerName, rmsprop, sgd } from "../program/optimizers.ts";
import { dense, dropout as dropoutLayer, type Layer, relu } from "../rewrite/layers.ts";
import { checkUnfreeze, type Unfreeze } from "../rewrite/trainable.ts";
import type { Tensors } from "../runtime/runtime.ts";
import type { BestEpoch } from "../training/callbacks/best-weights.ts";
import type { EpochRecord } from "../training/epoch-record.ts";
import type { Callback } from "../training/events.ts";
import type { FitResume, Signal } from "../training/fit.ts";
import type { LeftOut } from "../training/progress.ts";
import type { CacheOptions } from "./assembly.ts";
import { type ClassWeights, checkClassWeights } from "./class-weights.ts";
import { batchNormModes, named } from "./compile.ts";
import type { PhaseEpoch, PhaseName, PhaseResult } from "./phase.ts";
import type { RunEvent } from "./run-events.ts";
import { type Sampling, samplings } from "./sampling.ts";
import { checkThreshold, type ThresholdChoice } from "./threshold.ts";

export interface FineTuneOptions {
  /** Epochs with the base frozen, from 0. */
  readonly headEpochs?: number;
  /** Epochs with the base unfrozen as `unfreeze` says, from 0. */
  readonly tuneEpochs?: number;
  readonly headLearningRate?: number;
  readonly tuneLearningRate?: number;
  readonly unfreeze?: Unfreeze;
  /** All weights are drawn anew, and trained in one phase: what transfer is measured against. */
  readonly fromScratch?: boolean;
  /** Epochs from scratch, from 1; by default `scratchEpochs`. */
  readonly epochs?: number | undefined;
  /** From scratch; by default what suits the network (`scratchLearningRates`). */
  readonly learningRate?: number | undefined;
  /** What unfrozen BatchNormalization layers normalize by: running statistics that stay, or those of each batch. */
  readonly batchNorm?: BatchNormMode;
  /** Rank of low-rank adapters, from 1: they are tuned in place of the weights that `unfreeze` names. */
  readonly lora?: number | undefined;
  /** Adapters' outputs are scaled by loraAlpha / lora; by default 1. */
  readonly loraAlpha?: number | undefined;
  /** Layers that get adapters, by their module's path or its last parts; by default all that can. */
  readonly loraTargets?: readonly string[] | undefined;
  readonly optimizer?: OptimizerName;
  /** By default binary cross-entropy for two classes, softmax cross-entropy for more. */
  readonly loss?: LossName | undefined;
  /** Units of hidden layers, each followed by a ReLU, before the last layer. */
  readonly hidden?: readonly number[];
  /** Share of the inputs of each new dense layer that is dropped while training. From 0 to below 1. */
  readonly dropout?: number;
  readonly labelSmoothing?: number;
  /** What the examples of each class weigh in the training loss; by default all weigh 1. */
  readonly classWeights?: ClassWeights | undefined;
  /** Which examples an epoch has: each once, or as many of every class. */
  readonly sampling?: Sampling;
  /** What is measured on the validation data to choose the best epoch, and for `patience`. */
  readonly metric?: MeasureName;
  /** Of two classes, the score of the second from which on it is chosen, or what it is to be best for; by default the higher score wins. */
  readonly threshold?: ThresholdChoice | undefined;
  readonly batch?: number;
  readonly accumulate?: number;
  readonly augment?: Augmentation | undefined;
  readonly seed?: number;
  readonly threads?: number | undefined;
  /** Epochs without a better validation loss, or `metric`, after which a phase ends early. */
  readonly patience?: number | undefined;
  readonly maxBadFraction?: number;
  /** Whether training that would take more memory than there is is refused before it starts; true by default. */
  readonly checkMemory?: boolean;
  /** How much of the frozen part's features is kept, and where. */
  readonly cache?: Partial<CacheOptions> | undefined;
  readonly signal?: Signal | undefined;
  readonly onEvent?: (event: RunEvent) => void;
  /** More callbacks for a phase. */
  readonly callbacks?: (start: PhaseStart) => readonly Callback[];
  /** Where another process stood with the same base, data and options: the recipe goes on there. */
  readonly resume?: RecipeResume | undefined;
}

/** What stands when a phase begins. */
export interface PhaseStart {
  readonly phase: PhaseName;
  readonly before: RecipeSoFar;
}

/** What the phases before one came to. */
export interface RecipeSoFar {
  readonly phases: readonly PhaseResult[];
  /** Every epoch, in order. */
  readonly epochs: readonly PhaseEpoch[];
  /** The best epoch. */
  readonly best?: EpochRecord | undefined;
  readonly leftOut: LeftOut;
}

/** A recipe that was left in the middle of a phase. */
export interface RecipeResume extends PhaseStart {
  /** The weights that the phase began with; undefined where those are the base's and the new layers' first ones. */
  readonly weights: Tensors | undefined;
  readonly fit: FitResume;
  /** The best epoch of this phase, where it is the best of all. */
  readonly best: BestEpoch | undefined;
}

/** Every epoch that a recipe did before it was left. */
export const epochsOf = ({ phase, before, fit }: RecipeResume): readonly PhaseEpoch[] => [
  ...before.epochs,
  ...fit.progress.records.map((record) => ({ phase, ...record })),
];

export const fineTuneDefaults = {
  headEpochs: 10,
  tuneEpochs: 5,
  headLearningRate: 3e-3,
  tuneLearningRate: 1e-5,
  unfreeze: "all",
  fromScratch: false,
  batchNorm: "frozen",
  optimizer: "adam",
  hidden: [],
  dropout: 0.2,
  labelSmoothing: 0,
  sampling: "shuffled",
  metric: "loss",
  batch: 32,
  accumulate: 1,
  seed: 0,
  maxBadFraction: 0.1,
} as const satisfies FineTuneOptions;

/**
 * What adapters are tuned at. B starts at 0 and has to grow before A learns anything, so they want far more than weights
 * that know something already. On hymenoptera with MobileNetV2, rank 8, 3 epochs, seed 1, the best validation loss was 0.070
 * before, 0.069 at 1e-4, 0.066 at 3e-4, 0.083 at 1e-3.
 */
export const loraLearningRate = 3e-4;

/** Epochs from scratch: as many as the two phases of transfer have together. */
export const scratchEpochs = fineTuneDefaults.headEpochs + fineTuneDefaults.tuneEpochs;

/** The defaults that go with some options. */
export const recipeDefaults = ({ lora }: Pick<FineTuneOptions, "lora">) => ({
  ...fineTuneDefaults,
  tuneLearningRate: lora === undefined ? fineTuneDefaults.tuneLearningRate : loraLearningRate,
});

/** Every option there is: what is not here is refused. */
const optionNames: { readonly [K in keyof FineTuneOptions]-?: true } = {
  headEpochs: true,
  tuneEpochs: true,
  headLearningRate: true,
  tuneLearningRate: true,
  unfreeze: true,
  fromScratch: true,
  epochs: true,
  learningRate: true,
  batchNorm: true,
  lora: true,
  loraAlpha: true,
  loraTargets: true,
  optimizer: true,
  loss: true,
  hidden: true,
  dropout: true,
  labelSmoothing: true,
  classWeights: true,
  sampling: true,
  metric: true,
  threshold: true,
  batch: true,
  accumulate: true,
  augment: true,
  seed: true,
  threads: true,
  patience: true,
  maxBadFraction: true,
  checkMemory: true,
  cache: true,
  signal: true,
  onEvent: true,
  callbacks: true,
  resume: true,
};

/** Crops of at least half the picture, and mirror images: enough to vary a small data set, too little to hide an object. */
export const lightAugmentation: Augmentation = { randomResizedCrop: { scale: [0.5, 1] }, horizontalFlip: 0.5 };

type Defaulted = keyof typeof fineTuneDefaults;
/** The options with their defaults filled in. */
export type RecipeJob = Omit<FineTuneOptions, Defaulted> & {
  readonly [K in Defaulted]-?: NonNullable<FineTuneOptions[K]>;
};

/**
 * Refuses options that are unknown or out of range, and a recipe that trains nothing: now, rather than after a phase.
 *
 * @throws {UsageError} "bad-option"
 */
export function checkRecipe(where: string, recipe: RecipeJob): void {
  const unknown = Object.entries(recipe).filter(([name]) => !Object.hasOwn(optionNames, name));
  refuseUnknown(where, Object.fromEntries(unknown));
  for (const [name, range] of Object.entries(ranges)) {
    checkNumber(name, recipe[name as keyof typeof ranges], range);
  }
  if (recipe.patience !== undefined) checkNumber("patience", recipe.patience, whole);
  if (recipe.epochs !== undefined) checkNumber("epochs", recipe.epochs, whole);
  if (recipe.learningRate !== undefined) checkNumber("learningRate", recipe.learningRate, { moreThan: 0 });
  for (const units of recipe.hidden) checkNumber("hidden", units, whole);
  checkUnfreeze(recipe.unfreeze);
  named("batchNorm", batchNormModes, recipe.batchNorm);
  named("sampling", samplings, recipe.sampling);
  named("metric", measures, recipe.metric);
  if (recipe.classWeights !== undefined) checkClassWeights(recipe.classWeights);
  if (recipe.threshold !== undefined) checkThreshold(recipe.threshold);
  checkLora(recipe);
  optimizerFor(recipe.optimizer, recipe.headLearningRate);
  if (recipe.loss !== undefined) lossFor(recipe.loss, recipe.labelSmoothing);
  checkPhases(recipe);
  const { headEpochs, tuneEpochs, unfreeze } = recipe;
  if (headEpochs !== 0 || (tuneEpochs !== 0 && unfreeze !== "none")) return;
  throw new UsageError("bad-option", "Nothing would be trained: both phases have no epoch.", {
    hint: "Give the head epochs (--head-epochs 10), or tune the base too (--tune-epochs 5 --unfreeze all).",
  });
}

type OptionFlag = readonly [option: keyof FineTuneOptions, flag: string];
/** Options of the two phases of transfer, and of the one from scratch: of the others, none may be set. */
const transferOptions: readonly OptionFlag[] = [
  ["headEpochs", "--head-epochs"],
  ["tuneEpochs", "--tune-epochs"],
  ["headLearningRate", "--head-lr"],
  ["tuneLearningRate", "--tune-lr"],
  ["unfreeze", "--unfreeze"],
  ["batchNorm", "--batch-norm"],
  ["lora", "--lora"],
];
const scratchOptions: readonly OptionFlag[] = [
  ["epochs", "--epochs"],
  ["learningRate", "--lr"],
];

/** Names of options that say nothing of a recipe: those of the phases that it does not have. */
export const idleOptions = ({ fromScratch }: Pick<RecipeJob, "fromScratch">): readonly string[] =>
  (fromScratch ? transferOptions : scratchOptions).map(([name]) => name);

function checkPhases(recipe: RecipeJob): void {
  const usual: FineTuneOptions = recipeDefaults(recipe);
  const isSet = (name: keyof FineTuneOptions) => JSON.stringify(recipe[name]) !== JSON.stringify(usual[name]);
  const strange = (recipe.fromScratch ? transferOptions : scratchOptions).find(([name]) => isSet(name));
  if (!strange) return;
  const [name, flag] = strange;
  throw recipe.fromScratch
    ? new UsageError(
        "bad-option",
        `From scratch the whole network is trained in one phase: ${flag} (${name}) is not for it.`,
        {
          hint: "Set --epochs and --lr, or leave out --from-scratch.",
        },
      )
    : new UsageError("bad-option", `${flag} (${name}) is for training from scratch.`, {
        hint: "Set it for each phase (--head-epochs, --tune-epochs, --head-lr, --tune-lr), or add --from-scratch.",
      });
}

function checkLora({ lora, loraAlpha, loraTargets, tuneEpochs, unfreeze }: RecipeJob): void {
  if (lora === undefined) {
    if (loraAlpha === undefined && loraTargets === undefined) return;
    throw new UsageError(
      "bad-option",
      "An alpha or targets of adapters are given (loraAlpha, loraTargets), but no rank.",
      {
        hint: "Give their rank too: --lora 8.",
      },
    );
  }
  checkNumber("lora", lora, whole);
  if (loraAlpha !== undefined) checkNumber("loraAlpha", loraAlpha, { moreThan: 0 });
  if (tuneEpochs !== 0 && unfreeze !== "none") return;
  throw new UsageError("bad-option", "Adapters would never be trained: the base is not tuned.", {
    hint: "Leave out --lora, or give tuning epochs (--tune-epochs 5) and layers (--unfreeze all).",
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

export const optimizerFor = (name: OptimizerName, learningRate: number): Optimizer =>
  named("optimizer", recipes, name)(learningRate);

export const lossFor = (name: LossName, labelSmoothing: number) =>
  named("loss", losses, name)(labelSmoothing > 0 ? { labelSmoothing } : {});

import { checkNumber, refuseUnknown } from "../base/options.ts";

/** Where training stands when the learning rate of a step is asked for. */
export interface Progress {
  /** Finished steps of this `fit`, from 0. */
  readonly step: number;
  /** All steps of this `fit`. */
  readonly totalSteps: number;
  /** Finished epochs of this `fit`, from 0. */
  readonly epoch: number;
  /** The watched loss after each finished epoch, oldest first. */
  readonly losses: readonly number[];
}

/**
 * The learning rate over time, as a factor on the optimizer's own. A function of the progress alone: nothing to save,
 * nothing to restore.
 */
export interface Schedule {
  readonly name: ScheduleName;
  factor(progress: Progress): number;
}

/** The optimizer's learning rate throughout. */
export const constant = (): Schedule => ({ name: "constant", factor: () => 1 });

export interface CosineOptions {
  /** Share of the steps over which the rate first climbs from 0 in a straight line. From 0 to below 1. */
  readonly warmup?: number;
  /** Factor at the end. From 0 to 1. */
  readonly floor?: number;
}

/**
 * Linear warm-up, then half a cosine from 1 down to `floor`.
 *
 * @throws {UsageError} "bad-option"
 * @see Loshchilov and Hutter, SGDR, 2017
 */
export function cosine({ warmup = 0, floor = 0, ...rest }: CosineOptions = {}): Schedule {
  refuseUnknown("cosine", rest);
  checkNumber("warmup", warmup, { min: 0, lessThan: 1 });
  checkNumber("floor", floor, { min: 0, max: 1 });
  return {
    name: "cosine",
    factor: ({ step, totalSteps }) => {
      const warmupSteps = Math.round(warmup * totalSteps);
      if (step < warmupSteps) return (step + 1) / warmupSteps;
      return floor + (1 - floor) * halfCosine((step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    },
  };
}

export interface StepDecayOptions {
  /** Epochs between two drops, from 1. */
  readonly every?: number;
  /** What each drop multiplies by. Above 0, up to 1. */
  readonly gamma?: number;
}

/**
 * Multiplies by `gamma` after every `every` epochs.
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch StepLR
 */
export function stepDecay({ every = 10, gamma = 0.1, ...rest }: StepDecayOptions = {}): Schedule {
  refuseUnknown("stepDecay", rest);
  checkNumber("every", every, { min: 1, integer: true });
  checkNumber("gamma", gamma, { moreThan: 0, max: 1 });
  return { name: "stepDecay", factor: ({ epoch }) => gamma ** Math.floor(epoch / every) };
}

export interface OneCycleOptions {
  /** Share of the steps spent climbing. Above 0, below 1. */
  readonly rise?: number;
  /** The first factor is 1 / startDivisor. From 1. */
  readonly startDivisor?: number;
  /** The last factor is 1 / (startDivisor · endDivisor). From 1. */
  readonly endDivisor?: number;
}

/**
 * Climbs by a cosine to the optimizer's rate, then falls by a cosine far below where it began.
 *
 * @throws {UsageError} "bad-option"
 * @see PyTorch OneCycleLR(anneal_strategy="cos"); Smith and Topin, 2018
 */
export function oneCycle({ rise = 0.3, startDivisor = 25, endDivisor = 1e4, ...rest }: OneCycleOptions = {}): Schedule {
  refuseUnknown("oneCycle", rest);
  checkNumber("rise", rise, { moreThan: 0, lessThan: 1 });
  checkNumber("startDivisor", startDivisor, { min: 1 });
  checkNumber("endDivisor", endDivisor, { min: 1 });
  const start = 1 / startDivisor;
  const end = start / endDivisor;
  return {
    name: "oneCycle",
    factor: ({ step, totalSteps }) => {
      const top = rise * totalSteps - 1;
      if (step <= top) return 1 + (start - 1) * halfCosine(step / Math.max(top, 1));
      return end + (1 - end) * halfCosine((step - top) / Math.max(1, totalSteps - 1 - top));
    },
  };
}

export interface PlateauOptions {
  /** Epochs without improvement before the rate drops, from 1. */
  readonly patience?: number;
  /** What each drop multiplies by. Above 0, below 1. */
  readonly gamma?: number;
  /** What counts as an improvement of the loss. From 0. */
  readonly minDelta?: number;
}

/**
 * Multiplies by `gamma` each time the loss has not improved for `patience` epochs.
 *
 * @throws {UsageError} "bad-option"
 * @see Keras ReduceLROnPlateau
 */
export function reduceOnPlateau({
  patience = 3,
  gamma = 0.1,
  minDelta = 1e-4,
  ...rest
}: PlateauOptions = {}): Schedule {
  refuseUnknown("reduceOnPlateau", rest);
  checkNumber("patience", patience, { min: 1, integer: true });
  checkNumber("gamma", gamma, { moreThan: 0, lessThan: 1 });
  checkNumber("minDelta", minDelta, { min: 0 });
  return { name: "reduceOnPlateau", factor: ({ losses }) => gamma ** plateaus(losses, patience, minDelta) };
}

/** Every schedule by its name. */
export const schedules = { constant, cosine, stepDecay, oneCycle, reduceOnPlateau };

export type ScheduleName = keyof typeof schedules;

/** 1 at `share` 0, 0 at `share` 1. */
const halfCosine = (share: number): number => (1 + Math.cos(Math.PI * Math.min(1, share))) / 2;

/** How many times `patience` epochs in a row passed without a new best. */
function plateaus(losses: readonly number[], patience: number, minDelta: number): number {
  let best = Number.POSITIVE_INFINITY;
  let waited = 0;
  let drops = 0;
  for (const loss of losses) {
    if (loss < best - minDelta) {
      best = loss;
      waited = 0;
    } else {
      waited++;
    }
    if (waited === patience) {
      drops++;
      waited = 0;
    }
  }
  return drops;
}

import type { TrainVal } from "../../data/dataset.ts";
import type { Judgement } from "../../evaluation/contest.ts";
import type { Predictions } from "../../evaluation/predictions.ts";
import { timeLimit } from "../../training/callbacks/time-limit.ts";
import type { StopReason } from "../../training/events.ts";
import type { Base } from "../base-model.ts";
import { fineTune, unlessInterrupted } from "../fine-tune.ts";
import type { Host } from "../host.ts";
import type { PhaseEpoch, PhaseResult } from "../phase.ts";
import type { FineTuneOptions, PhaseStart } from "../recipe.ts";
import type { RunEvent } from "../run-events.ts";
import type { TransferModel } from "../transfer-model.ts";
import type { StrategyName, StrategyRecipe } from "./strategies.ts";

/** Which training of a comparison it is. */
export interface TrainingKey {
  readonly strategy: StrategyName;
  readonly seed: number;
  /** Of the training pictures, the share that it is given. Above 0, to 1. */
  readonly share: number;
}

/** What a training came to. */
export interface Outcome extends TrainingKey {
  /** On the validation pictures, of the epoch with the lowest validation loss, or the best `metric`. */
  readonly accuracy: number;
  readonly loss: number;
  /** From the first picture to the last epoch; reading the base and judging what came out are not in it. */
  readonly seconds: number;
  /** The most memory that the process held, looked at after each step. */
  readonly peakBytes: number;
  readonly phases: readonly PhaseResult[];
  readonly history: readonly PhaseEpoch[];
}

/** A training that is done. */
export interface Training {
  readonly outcome: Outcome;
  readonly judgement: Judgement;
  readonly predictions: Predictions;
  readonly model: TransferModel;
  readonly stopped: StopReason;
}

export interface TrainOnceOptions {
  readonly base: Base;
  readonly data: TrainVal;
  readonly key: TrainingKey;
  readonly recipe: StrategyRecipe;
  /** What all trainings of a comparison have in common. */
  readonly common: FineTuneOptions;
  readonly onEvent: (event: RunEvent) => void;
}

/**
 * One training and its judgement by the validation pictures. The model is the caller's to close.
 *
 * @returns undefined where it was stopped before its first epoch was over
 * @throws {TrainingError} "nan-loss" where no epoch had a loss · what `fineTune` throws
 */
export async function trainOnce(options: TrainOnceOptions, host: Host): Promise<Training | undefined> {
  const { base, data, key, recipe, common, onEvent } = options;
  const history: PhaseEpoch[] = [];
  let peakBytes = host.memory.held();
  const started = host.now();
  const watch = (event: RunEvent) => {
    peakBytes = Math.max(peakBytes, host.memory.held());
    if (event.type === "training" && event.event.type === "epoch") {
      const { type: _, ...record } = event.event;
      history.push({ phase: event.phase, ...record });
    }
    onEvent(event);
  };
  const limits = ({ phase }: PhaseStart) =>
    recipe.phaseSeconds ? [timeLimit({ seconds: recipe.phaseSeconds[phase], now: host.now })] : [];
  const tuning = { ...common, ...recipe.options, seed: key.seed, onEvent: watch, callbacks: limits };
  const tuned = await fineTune(base, data, tuning, host).catch(unlessInterrupted);
  if (!tuned) return undefined;
  const seconds = (host.now() - started) / 1000;
  const { model, phases, stopped } = tuned;
  const { means, predictions } = await model.judge(data.val, { batch: common.batch ?? 32, ...maxBad(common) });
  const { accuracy = Number.NaN } = means.metrics;
  return {
    outcome: { ...key, accuracy, loss: means.loss, seconds, peakBytes, phases, history },
    judgement: judgementOf(predictions),
    ...{ predictions, model, stopped },
  };
}

const maxBad = ({ maxBadFraction }: FineTuneOptions) => (maxBadFraction === undefined ? {} : { maxBadFraction });

const judgementOf = ({ count, chosen, truths, losses }: Predictions): Judgement => ({
  right: Uint8Array.from({ length: count }, (_, row) => (chosen[row] === truths[row] ? 1 : 0)),
  losses,
});

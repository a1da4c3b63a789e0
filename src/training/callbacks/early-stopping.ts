import { checkNumber, refuseUnknown } from "../../base/options.ts";
import type { EpochRecord } from "../epoch-record.ts";
import type { Callback } from "../events.ts";
import { type BestEpoch, bestWeights } from "./best-weights.ts";
import { type Monitor, merit } from "./monitor.ts";

export interface EarlyStoppingOptions {
  readonly monitor?: Monitor;
  /** Epochs without improvement that are borne, from 1. */
  readonly patience?: number;
  /** What counts as an improvement. From 0. */
  readonly minDelta?: number;
  /** Puts the weights of the best epoch back when training ends. */
  readonly restoreBest?: boolean;
  /** With `restoreBest`: the best epoch of another process that this one goes on with, and its weights. */
  readonly resume?: BestEpoch | undefined;
}

/**
 * Ends training when an epoch's number has not improved for `patience` epochs. Starts afresh with each `fit`, or with the
 * epochs that are done of it.
 *
 * @throws {UsageError} "bad-option"
 * @see Keras EarlyStopping(patience, min_delta, restore_best_weights)
 */
export function earlyStopping({
  monitor = "valLoss",
  patience = 3,
  minDelta = 0,
  restoreBest = false,
  resume,
  ...rest
}: EarlyStoppingOptions = {}): Callback {
  refuseUnknown("earlyStopping", rest);
  checkNumber("patience", patience, { min: 1, integer: true });
  checkNumber("minDelta", minDelta, { min: 0 });
  const keeper = restoreBest ? bestWeights({ monitor, resume }) : undefined;
  let best = Number.NEGATIVE_INFINITY;
  let waited = 0;
  const count = (record: EpochRecord) => {
    const value = merit(record, monitor);
    const better = value > best + minDelta;
    best = better ? value : best;
    waited = better ? 0 : waited + 1;
  };
  return async (event, control) => {
    await keeper?.(event, control);
    if (event.type === "begin") {
      best = Number.NEGATIVE_INFINITY;
      waited = 0;
      for (const record of event.done) count(record);
    }
    if (event.type === "epoch") count(event);
    if (waited >= patience) control.stop("early-stopping");
  };
}

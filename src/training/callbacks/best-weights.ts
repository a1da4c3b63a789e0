import { refuseUnknown } from "../../base/options.ts";
import type { Tensors } from "../../runtime/runtime.ts";
import type { EpochRecord } from "../epoch-record.ts";
import type { Callback } from "../events.ts";
import { improves, type Monitor } from "./monitor.ts";

export interface BestWeightsOptions {
  readonly monitor?: Monitor;
  /** What an epoch must beat to count as better, e.g. the best of an earlier phase. */
  readonly toBeat?: EpochRecord | undefined;
  /** The best epoch that another process did of the same `fit`, where it goes on, and the weights that it made. */
  readonly resume?: BestEpoch | undefined;
}

export interface BestEpoch {
  readonly record: EpochRecord;
  readonly weights: Tensors;
}

/** A callback that remembers the best epoch. */
export interface BestWeights extends Callback {
  /** The best epoch of this `fit` so far; undefined where none beat `toBeat`. */
  best(): EpochRecord | undefined;
}

/**
 * Keeps the weights of the best epoch and puts them back when training ends, however it ends. Starts afresh with each
 * `fit`.
 *
 * @see Keras ModelCheckpoint(save_best_only), EarlyStopping(restore_best_weights)
 */
export function bestWeights({ monitor = "valLoss", toBeat, resume, ...rest }: BestWeightsOptions = {}): BestWeights {
  refuseUnknown("bestWeights", rest);
  let best: EpochRecord | undefined;
  let kept: Tensors | undefined;
  const callback: Callback = async (event, control) => {
    if (event.type === "begin") {
      best = resume?.record;
      kept = resume?.weights ?? (await control.weights());
    }
    if (event.type === "epoch" && improves(event, best ?? toBeat, monitor)) {
      best = event;
      kept = await control.weights();
    }
    if (event.type === "end" && kept) await control.restore(kept);
  };
  return Object.assign(callback, { best: () => best });
}

import { checkNumber, refuseUnknown } from "../../base/options.ts";
import type { CheckpointNote, KeptBest } from "../checkpoints/checkpoint-note.ts";
import type { Checkpoints } from "../checkpoints/checkpoints.ts";
import type { Callback, Control, TrainingEvent } from "../events.ts";
import type { Progress } from "../progress.ts";
import { improves, type Monitor } from "./monitor.ts";

/** When a checkpoint is written within an epoch; at the end of each epoch one is in any case. */
export interface CheckpointPace {
  /** After so many steps, from 1. */
  readonly steps?: number | undefined;
  /** When the last one is so many seconds old; more than 0. */
  readonly seconds?: number | undefined;
}

export interface CheckpointingOptions {
  readonly checkpoints: Checkpoints;
  readonly every: CheckpointPace;
  readonly monitor?: Monitor;
  /** Milliseconds, from any start. */
  readonly now: () => number;
  /** The best epoch of the run that this one goes on with. */
  readonly best?: KeptBest | undefined;
}

export interface CheckpointPhase {
  readonly phase: string;
  /** What the run adds to each checkpoint, to be had back with it. */
  readonly about?: unknown;
}

/** Writes the checkpoints of a run, phase by phase. */
export interface Checkpointing {
  /** The callback for a phase. */
  phase(phase: CheckpointPhase): Callback;
  /** The callback for a phase that another process began, and the file with the weights that it began with. */
  resumed(phase: CheckpointPhase, began: string | undefined): Callback;
}

/**
 * Checkpoints from which a run goes on as if it had never been interrupted: after each epoch, within an epoch as `every` says,
 * and where someone stops the run. None is written once the loss is not a number.
 *
 * @throws {UsageError} "bad-option"
 */
export function checkpointing({
  checkpoints,
  every,
  monitor = "valLoss",
  now,
  ...rest
}: CheckpointingOptions): Checkpointing {
  const { best: known, ...unknown } = rest;
  refuseUnknown("checkpointing", unknown);
  if (every.steps !== undefined) checkNumber("steps", every.steps, { min: 1, integer: true });
  if (every.seconds !== undefined) checkNumber("seconds", every.seconds, { moreThan: 0 });
  let best = known;
  let writtenAt = now();
  let stepsSince = 0;

  const open = ({ phase, about = null }: CheckpointPhase, began: string | undefined): Callback => {
    let isLost = false;
    const write = async (control: Control) => {
      const progress = control.progress();
      const note: CheckpointNote = { phase, progress, best: best ?? null, began: began ?? null, about };
      await checkpoints.write({
        epochs: progress.epoch - 1,
        steps: progress.step,
        state: await control.state(),
        note: JSON.stringify(note),
        needs: [...new Set([best?.file, began].filter((file) => file !== undefined))],
      });
      writtenAt = now();
      stepsSince = 0;
    };
    const isDue = () =>
      stepsSince >= (every.steps ?? Number.POSITIVE_INFINITY) ||
      now() - writtenAt >= 1000 * (every.seconds ?? Number.POSITIVE_INFINITY);
    return async (event, control) => {
      isLost ||= !isSound(event);
      if (isLost) return;
      if (event.type === "step") {
        stepsSince++;
        if (isDue()) await write(control);
      }
      if (event.type === "epoch") {
        if (improves(event, best?.record, monitor)) {
          const { type: _, ...record } = event;
          best = { record, file: await checkpoints.writeBest(event.epoch, await control.weights()) };
        }
        await write(control);
      }
      if (event.type === "end" && event.reason === "interrupted" && hasBegun(control.progress())) await write(control);
    };
  };
  return {
    phase: (phase) => open(phase, best?.file),
    resumed: (phase, began) => open(phase, began),
  };
}

/** Before its first step a phase has nothing to keep. */
const hasBegun = ({ step, records }: Progress): boolean => step > 0 || records.length > 0;

/** Whether the weights can still be used after an event. */
function isSound(event: TrainingEvent): boolean {
  if (event.type === "step") return Number.isFinite(event.batchLoss);
  return event.type !== "epoch" || event.valLoss === undefined || Number.isFinite(event.valLoss);
}

import { setTimeout as wait } from "node:timers/promises";
import { TrainingError } from "../../base/errors.ts";

/** Says that a fetch is no longer wanted. An AbortSignal is one, and is heard at once; any other is looked at now and then. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** How often whoever waits looks at the signal, in milliseconds. */
const lookMs = 100;

/** @throws {TrainingError} "interrupted" */
export function checkStop(signal: StopSignal | undefined): void {
  if (signal?.aborted) throw stopped();
}

export const stopped = (): TrainingError =>
  new TrainingError("interrupted", "The fetch was stopped: no model is here yet.", {
    hint: "What came is kept; the same command goes on from there.",
  });

/** The signal as one that a request listens to, where it is such a one. */
export const abortSignal = (signal: StopSignal | undefined): AbortSignal | undefined =>
  signal instanceof AbortSignal ? signal : undefined;

/** Waits so many milliseconds. @throws {TrainingError} "interrupted" */
export async function waitUnlessStopped(ms: number, signal: StopSignal | undefined): Promise<void> {
  for (let left = ms; left > 0; left -= lookMs) {
    checkStop(signal);
    await wait(Math.min(left, lookMs));
  }
  checkStop(signal);
}

import { checkNumber, refuseUnknown } from "../../base/options.ts";
import type { Callback } from "../events.ts";

export interface TimeLimitOptions {
  /** From when the callback is made on; more than 0. */
  readonly seconds: number;
  /** Milliseconds, from any start. */
  readonly now: () => number;
}

/**
 * Ends training after the last epoch that fits: when another one, as long as the longest so far, would end later. The first
 * epoch is always done: without one there is nothing to keep.
 *
 * @throws {UsageError} "bad-option"
 */
export function timeLimit({ seconds, now, ...rest }: TimeLimitOptions): Callback {
  refuseUnknown("timeLimit", rest);
  checkNumber("seconds", seconds, { moreThan: 0 });
  const started = now();
  let longest = 0;
  let began = started;
  return (event, control) => {
    if (event.type === "begin") began = now();
    if (event.type !== "epoch") return;
    const ended = now();
    longest = Math.max(longest, ended - began);
    began = ended;
    if (ended + longest > started + 1000 * seconds) control.stop("time-limit");
  };
}

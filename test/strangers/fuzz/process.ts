import { nodeHdf5Trial } from "../../../src/keras/node/node-hdf5-trial.ts";
import { type Outcome, Reader } from "../attempt.ts";
import { subjects } from "../subjects.ts";
import { trialOf } from "./trial.ts";

/** What the parent sends: go on from a trial, by steps, until you are stopped. */
export interface Order {
  readonly seed: number;
  readonly from: number;
  readonly step: number;
}

/** What comes back: that a trial starts, or how it ended. */
export interface Report {
  readonly number: number;
  readonly name: string;
  readonly outcome?: Outcome;
  /** The most memory that the process has held so far. */
  readonly peakMegabytes: number;
}

const report = (message: Omit<Report, "peakMegabytes">): Promise<unknown> =>
  new Promise((resolve) => {
    const whole: Report = { ...message, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
    process.send?.(whole, resolve);
  });

process.on("message", async ({ seed, from, step }: Order) => {
  const all = await subjects();
  const reader = await Reader.open({ tryHdf5: nodeHdf5Trial({ patienceMs: 10_000 }) });
  for (let number = from; ; number += step) {
    const { name, files, subject } = trialOf(number, { seed, subjects: all });
    await report({ number, name });
    await report({ number, name, outcome: await reader.attempt(files, subject) });
  }
});

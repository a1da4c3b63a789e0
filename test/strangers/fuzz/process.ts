import { nodeHdf5Trial } from "../../../src/keras/node/node-hdf5-trial.ts";
import { report, type TrialReport } from "../../fixtures/trial-report.ts";
import { type Outcome, Reader } from "../attempt.ts";
import { subjects } from "../subjects.ts";
import { trialOf } from "./trial.ts";

/** What the parent sends: go on from a trial, by steps, until you are stopped. */
export interface Order {
  readonly seed: number;
  readonly from: number;
  readonly step: number;
}

export interface Report extends TrialReport<Outcome> {
  readonly name: string;
}

process.on("message", async ({ seed, from, step }: Order) => {
  const all = await subjects();
  const reader = await Reader.open({ tryHdf5: nodeHdf5Trial({ patienceMs: 10_000 }) });
  for (let number = from; ; number += step) {
    const { name, files, subject } = trialOf(number, { seed, subjects: all });
    await report({ number, name });
    await report({ number, name, outcome: await reader.attempt(files, subject) });
  }
});

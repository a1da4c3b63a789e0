import { report, type TrialReport } from "../fixtures/trial-report.ts";
import { mutated } from "./mutations.ts";
import { type Outcome, openTrials } from "./trial.ts";

/** What the test sends: try the mutations of these numbers. */
export interface Order {
  readonly numbers: readonly number[];
}

export type Report = TrialReport<Outcome>;

process.on("message", async ({ numbers }: Order) => {
  const trials = await openTrials();
  for (const number of numbers) {
    await report({ number });
    await report({ number, outcome: await trials.run(mutated(number).bytes) });
  }
  await trials.close();
  process.disconnect();
  process.exit(0);
});

import { mutated } from "./mutations.ts";
import { type Outcome, openTrials } from "./trial.ts";

/** What the test sends: try the mutations of these numbers. */
export interface Order {
  readonly numbers: readonly number[];
}

/** What comes back: that a trial starts, or how it ended. */
export interface Report {
  readonly number: number;
  readonly outcome?: Outcome;
  /** The most memory that the process has held so far. */
  readonly peakMegabytes: number;
}

/** Resolves once it is on its way: the process may end then. */
const report = (message: Omit<Report, "peakMegabytes">): Promise<unknown> =>
  new Promise((resolve) => {
    const whole: Report = { ...message, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
    process.send?.(whole, resolve);
  });

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

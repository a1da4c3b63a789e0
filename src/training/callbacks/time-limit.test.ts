import { expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { timeLimit } from "./time-limit.ts";

/** Epochs done within these seconds, each as long as given, after some seconds of getting ready. */
async function epochsWithin(seconds: number, ready: number, epochs: readonly number[]): Promise<number> {
  let time = 5000;
  const run = new FakeRun(timeLimit({ seconds, now: () => time }));
  time += 1000 * ready;
  await run.begin();
  for (const [at, long] of epochs.entries()) {
    time += 1000 * long;
    await run.epoch(at + 1);
    if (run.stopped === "time-limit") return at + 1;
  }
  return epochs.length;
}

test.each([
  ["an epoch more would be too long", 10, 0, [3, 3, 3, 3], 3],
  ["all fit", 12, 0, [3, 3, 3, 3], 4],
  ["what comes before the first epoch counts", 10, 4, [3, 3, 3], 2],
  ["the longest epoch is the measure", 10, 0, [4, 2, 2, 2], 3],
  ["one epoch is always done", 1, 0, [9, 9], 1],
] as const)("%s", async (_, seconds, ready, epochs, done) => {
  expect(await epochsWithin(seconds, ready, epochs)).toBe(done);
});

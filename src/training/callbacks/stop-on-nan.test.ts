import { expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import type { StepEvent } from "../events.ts";
import { stopOnNaN } from "./stop-on-nan.ts";

const step = (batchLoss: number): StepEvent => ({
  ...{ type: "step", epoch: 1, step: 1, steps: 1, examples: 1, loss: 0, metrics: {}, learningRate: 1 },
  batchLoss,
});

test.each([
  [Number.NaN, "nan-loss"],
  [Number.POSITIVE_INFINITY, "nan-loss"],
  [Number.NEGATIVE_INFINITY, "nan-loss"],
  [1e38, undefined],
  [0, undefined],
])("a step with loss %d: %s", async (loss, stopped) => {
  const run = new FakeRun(stopOnNaN());
  await run.tell(step(loss));
  expect(run.stopped).toBe(stopped);
});

test("a validation loss that is not a number stops too", async () => {
  const run = new FakeRun(stopOnNaN());
  expect(await run.valLosses(1, Number.NaN, 1)).toBe(2);
  expect(run.stopped).toBe("nan-loss");
});

test("an epoch without validation data goes on", async () => {
  const run = new FakeRun(stopOnNaN());
  await run.epoch(1);
  expect(run.stopped).toBeUndefined();
});

import { describe, expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { epochRecord } from "../../../test/fixtures/fake-training.ts";
import { earlyStopping } from "./early-stopping.ts";

async function epochsDone(options: Parameters<typeof earlyStopping>[0], ...losses: readonly number[]) {
  const run = new FakeRun(earlyStopping(options));
  return { epochs: await run.valLosses(...losses), stopped: run.stopped };
}

describe("earlyStopping", () => {
  test("bears `patience` epochs without improvement", async () => {
    const losses = [3, 2, 2.5, 2.2, 2, 1];
    expect(await epochsDone({ patience: 1 }, ...losses)).toEqual({ epochs: 3, stopped: "early-stopping" });
    expect(await epochsDone({ patience: 3 }, ...losses)).toEqual({ epochs: 5, stopped: "early-stopping" });
    expect(await epochsDone({ patience: 4 }, ...losses)).toEqual({ epochs: 6, stopped: undefined });
  });

  test("an improvement starts the wait afresh", async () => {
    expect(await epochsDone({ patience: 2 }, 3, 4, 2, 4, 1, 4, 4, 0)).toEqual({ epochs: 7, stopped: "early-stopping" });
  });

  test("what is not more than minDelta is no improvement", async () => {
    expect(await epochsDone({ patience: 2, minDelta: 0.5 }, 3, 2.6, 2.5, 1)).toMatchObject({ epochs: 3 });
    expect(await epochsDone({ patience: 2, minDelta: 0.3 }, 3, 2.6, 2.5, 1)).toMatchObject({ stopped: undefined });
  });

  test("a loss that is not a number is no improvement", async () => {
    expect(await epochsDone({ patience: 2 }, 3, Number.NaN, Number.NaN, 1)).toMatchObject({ epochs: 3 });
  });

  test("watches a metric that rises", async () => {
    const run = new FakeRun(earlyStopping({ monitor: "accuracy", patience: 1 }));
    await run.epoch(1, { metrics: { accuracy: 0.5 } });
    await run.epoch(2, { metrics: { accuracy: 0.6 } });
    expect(run.stopped).toBeUndefined();
    await run.epoch(3, { metrics: { accuracy: 0.6 } });
    expect(run.stopped).toBe("early-stopping");
  });

  test("hears epochs only", async () => {
    const run = new FakeRun(earlyStopping({ patience: 1 }));
    await run.begin();
    await run.end();
    expect(run.stopped).toBeUndefined();
  });

  test.each([
    [{ patience: 0 }, "patience must be a whole number from 1, not 0."],
    [{ minDelta: -1 }, "minDelta must be a number from 0, not -1."],
    [{ patience: 2, wait: 2 }, 'earlyStopping has no option "wait".'],
  ])("refuses %o", (options, message) => {
    expect(() => earlyStopping(options)).toThrow(message);
  });
});

test("starts afresh with each fit, and puts the best weights back where asked to", async () => {
  const callback = earlyStopping({ patience: 1, restoreBest: true });
  const first = new FakeRun(callback);
  await first.begin();
  expect(await first.valLosses(2, 1, 3)).toBe(3);
  await first.end();
  expect(first.w).toBe(2);
  const second = new FakeRun(callback);
  await second.begin();
  expect(await second.valLosses(5, 4)).toBe(2);
  expect(second.stopped).toBeUndefined();
});

test("goes on counting where another process stopped", async () => {
  const done = [3, 2, 4].map((valLoss, at) => epochRecord(at + 1, { valLoss }));
  const run = new FakeRun(earlyStopping({ patience: 2 }));
  await run.begin({ done });
  expect(run.stopped).toBeUndefined();
  await run.epoch(4, { valLoss: 2 });
  expect(run.stopped).toBe("early-stopping");
  const over = new FakeRun(earlyStopping({ patience: 2 }));
  await over.begin({ done: [...done, epochRecord(4, { valLoss: 5 })] });
  expect(over.stopped).toBe("early-stopping");
});

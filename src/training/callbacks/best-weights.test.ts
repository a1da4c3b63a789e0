import { describe, expect, test } from "vitest";
import { FakeRun } from "../../../test/fixtures/fake-control.ts";
import { epochRecord } from "../../../test/fixtures/fake-training.ts";
import { floats } from "../../base/tensor.ts";
import { bestWeights } from "./best-weights.ts";

async function trained(options: Parameters<typeof bestWeights>[0], ...losses: readonly number[]) {
  const kept = bestWeights(options);
  const run = new FakeRun(kept);
  await run.begin();
  await run.valLosses(...losses);
  const before = run.w;
  await run.end();
  return { before, weights: run.w, best: kept.best() };
}

describe("bestWeights", () => {
  test("puts the best epoch's weights back at the end, not before", async () => {
    const { before, weights, best } = await trained({}, 3, 1, 2);
    expect([before, weights]).toEqual([3, 2]);
    expect(best).toMatchObject({ epoch: 2, valLoss: 1 });
  });

  test("the first of several equally good epochs counts", async () => {
    expect((await trained({}, 2, 1, 1)).weights).toBe(2);
  });

  test("toBeat is the bar: where no epoch passes it, the first weights come back", async () => {
    const toBeat = epochRecord(0, { valLoss: 1 });
    expect(await trained({ toBeat }, 3, 1, 2)).toMatchObject({ weights: 0, best: undefined });
    expect(await trained({ toBeat }, 3, 0.9, 2)).toMatchObject({ weights: 2, best: { epoch: 2 } });
  });

  test("an epoch whose loss is not a number is never the best", async () => {
    expect(await trained({}, Number.NaN)).toMatchObject({ weights: 0, best: undefined });
    expect(await trained({}, 2, Number.NaN)).toMatchObject({ weights: 1, best: { epoch: 1 } });
    expect(await trained({}, Number.NaN, 2)).toMatchObject({ weights: 2, best: { epoch: 2 } });
  });

  test("watches a metric where one is named", async () => {
    const kept = bestWeights({ monitor: "valAccuracy" });
    const run = new FakeRun(kept);
    await run.begin();
    await run.epoch(1, { valLoss: 1, valMetrics: { accuracy: 0.6 } });
    await run.epoch(2, { valLoss: 2, valMetrics: { accuracy: 0.8 } });
    await run.epoch(3, { valLoss: 0, valMetrics: { accuracy: 0.7 } });
    await run.end();
    expect(run.w).toBe(2);
  });

  test("without validation data, says what can be watched", async () => {
    const run = new FakeRun(bestWeights());
    await run.begin();
    await expect(run.epoch(1)).rejects.toThrow('There is no "valLoss" to watch.');
  });

  test("refuses unknown options", () => {
    const misspelt = { monitor: "loss", bar: 1 };
    expect(() => bestWeights(misspelt)).toThrow('bestWeights has no option "bar".');
  });

  test("remembers the best epoch of another process that it goes on with", async () => {
    const resume = { record: epochRecord(2, { valLoss: 1 }), weights: { w: floats([42]) } };
    expect(await trained({ resume }, 3, 2)).toMatchObject({ weights: 42, best: { epoch: 2 } });
    expect(await trained({ resume }, 3, 0.5)).toMatchObject({ weights: 2, best: { epoch: 2, valLoss: 0.5 } });
  });
});

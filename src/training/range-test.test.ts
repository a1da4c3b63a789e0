import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type FakeTrainerOptions, fakeSource, fakeTrainer } from "../../test/fixtures/fake-training.ts";
import { type RangeTestOptions, type RatePoint, rangeTest } from "./range-test.ts";

interface Golden {
  readonly losses: readonly number[];
  readonly rates: readonly number[];
  readonly smoothed: readonly number[];
}
const file = new URL("../../test/golden/learning-rate/curves.json", import.meta.url);
const golden: readonly Golden[] = JSON.parse(readFileSync(file, "utf8"));

async function run(options: Partial<RangeTestOptions> = {}, fake: FakeTrainerOptions = {}) {
  const trainer = fakeTrainer(fake);
  const source = fakeSource(10);
  const result = await rangeTest(trainer, { source, batch: 4, seed: 7, steps: 20, ...options });
  return { ...result, asked: trainer.asked, source };
}

describe("a range test", () => {
  test("goes up from one rate to the other, evenly on a log scale, and averages as numpy does", async () => {
    const [curve = { losses: [], rates: [], smoothed: [] }] = golden;
    const { points, stopped, asked } = await run({ steps: 100 }, { loss: (at) => curve.losses[at] ?? 0 });
    expect(points.map(({ learningRate }) => learningRate)).toBeAllclose(curve.rates, { rtol: 1e-12 });
    expect(points.map(({ smoothed }) => smoothed)).toBeAllclose(curve.smoothed, { rtol: 1e-12 });
    expect(points.map(({ loss }) => loss)).toEqual(curve.losses);
    expect(points.map(({ step }) => step)).toEqual(curve.losses.map((_, at) => at + 1));
    expect(asked.map(({ learningRate }) => learningRate)).toEqual(points.map(({ learningRate }) => learningRate));
    expect(stopped).toBe("done");
  });

  test("takes whole batches, epoch after epoch, in an order of their own", async () => {
    const { asked, source } = await run();
    expect(asked.length).toBe(20);
    expect(asked.every(({ indices }) => indices.length === 4)).toBe(true);
    expect(source.requests.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(source.requests.map(({ order }) => order.join())).size).toBeGreaterThan(5);
  });

  test("takes what there is where that is less than a batch", async () => {
    const { asked } = await run({ batch: 32 });
    expect(asked.map(({ indices }) => indices.length)).toEqual(Array.from({ length: 20 }, () => 10));
  });

  test("a point with accumulation is an update, of the mean of its batches", async () => {
    const { points, asked } = await run({ accumulate: 2 }, { loss: (at) => (at % 2 === 0 ? 1 : 3) });
    expect(points.length).toBe(20);
    expect(points.every(({ loss }) => loss === 2)).toBe(true);
    expect(asked.map(({ accumulate }) => accumulate)).toEqual(points.flatMap(() => [true, false]));
    expect(asked[1]?.learningRate).toBe(asked[0]?.learningRate);
  });

  test("ends at the first smoothed loss above four times the lowest", async () => {
    const { points, stopped } = await run({ smoothing: 0 }, { loss: (at) => [2, 1, 4, 4.1, 1][at] ?? 1 });
    expect([points.length, stopped]).toEqual([4, "diverged"]);
  });

  test("ends at a loss that is no number", async () => {
    const { points, stopped } = await run({}, { loss: (at) => (at === 6 ? Number.NaN : 1) });
    expect([points.length, stopped]).toEqual([7, "diverged"]);
  });

  test("ends where somebody wants it to, and tells each point before", async () => {
    const signal = { aborted: false };
    const told: RatePoint[] = [];
    const onPoint = (point: RatePoint) => {
      told.push(point);
      signal.aborted = told.length === 3;
    };
    const { points, stopped } = await run({ signal, onPoint });
    expect(stopped).toBe("interrupted");
    expect(points).toEqual(told);
    expect(points.length).toBe(3);
  });

  test.each<[string, Partial<RangeTestOptions>]>([
    ["from", { from: 0 }],
    ["from 1 to 1", { from: 1, to: 1 }],
    ["to", { to: Number.POSITIVE_INFINITY }],
    ["steps", { steps: 19 }],
    ["smoothing", { smoothing: 1 }],
    ["divergence", { divergence: 1 }],
  ])("refuses a bad %s", async (name, options) => {
    await expect(run(options)).rejects.toThrow(
      expect.objectContaining({ code: "bad-option", message: expect.stringContaining(name) }),
    );
  });

  test("refuses a batch that has no variance where one is needed", async () => {
    await expect(run({ batch: 1 }, { smallestBatch: 2 })).rejects.toThrow(
      expect.objectContaining({ code: "batch-too-small" }),
    );
  });
});

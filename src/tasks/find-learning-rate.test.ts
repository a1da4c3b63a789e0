import { beforeAll, describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { counted, drawnTrainVal, writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { changedWeights } from "../../test/fixtures/weights.ts";
import { binaryCrossEntropy } from "../program/losses.ts";
import { adam } from "../program/optimizers.ts";
import { dense, dropout } from "../rewrite/layers.ts";
import type { RatePoint } from "../training/range-test.ts";
import { loadBase } from "./base-model.ts";
import { type FindLearningRateOptions, findLearningRate } from "./find-learning-rate.ts";
import { graft } from "./graft.ts";
import type { RunEvent } from "./run-events.ts";
import type { TransferModel } from "./transfer-model.ts";

const host = testHost();
const twoClasses = drawnTrainVal({ classes: 2, perClass: 8 });

beforeAll(async () => {
  await writeTinyModel(host.store, "/models/tiny");
  await writeTrainVal(host.store, "/data", { classes: 2, perClass: 8 });
});

async function grafted(learningRate = 0.05): Promise<TransferModel> {
  const model = graft(await loadBase("/models/tiny", {}, host), [dropout(0.2), dense(1)], {}, host);
  model.compile({ optimizer: adam({ learningRate }), loss: binaryCrossEntropy() });
  return model;
}

describe("a model whose learning rate is looked for", () => {
  const quick = { batch: 8, steps: 20, from: 1e-4, to: 10 };

  test.each(["none", "all"] as const)("with %s of its base unfrozen, stays as it was to the last bit", async (what) => {
    const model = await grafted();
    model.unfreeze(what);
    model.compile({ optimizer: adam(), loss: binaryCrossEntropy() });
    const before = model.graph;
    const copies = new Map([...before.initializers].map(([name, { data }]) => [name, data.slice()]));
    const { points } = await model.findLearningRate(twoClasses.train, quick);
    expect(points.at(-1)?.loss).not.toBe(points[0]?.loss);
    expect(model.graph).toBe(before);
    for (const [name, { data }] of before.initializers) expect(data, name).toEqual(copies.get(name));
    expect([model.history, model.classes]).toEqual([[], undefined]);
  });

  test("is then trained as if nobody had looked: weights, optimizer and order are those of a fresh model", async () => {
    const [looked, fresh] = [await grafted(), await grafted()];
    await looked.findLearningRate(twoClasses.train, quick);
    for (const model of [looked, fresh]) {
      await model.fit(twoClasses.train, { epochs: 2, batch: 5, validation: twoClasses.val });
    }
    expect(changedWeights(looked.graph, fresh.graph)).toEqual([]);
    expect(looked.history.map(({ valLoss }) => valLoss)).toEqual(fresh.history.map(({ valLoss }) => valLoss));
  });

  test("gives the same curve each time, whatever it was compiled with, and reads each picture once", async () => {
    const { dataset, reads } = counted(twoClasses.train);
    const once = await (await grafted(1e-3)).findLearningRate(dataset, quick);
    const again = await (await grafted(0.5)).findLearningRate(twoClasses.train, quick);
    expect(again).toEqual(once);
    expect(new Set(reads)).toEqual(new Set([1]));
  });

  test("refuses an option that is none, and one out of range", async () => {
    const model = await grafted();
    const wrong = { batch: 4, stepz: 3 };
    await expect(model.findLearningRate(twoClasses.train, wrong)).rejects.toThrow(/no option "stepz"/);
    await expect(model.findLearningRate(twoClasses.train, { batch: 0 })).rejects.toThrow(/batch/);
    await expect(model.findLearningRate(twoClasses.train, { steps: 3 })).rejects.toThrow(/steps must be .* from 20/);
  });
});

describe("looking for a rate of the recipe", () => {
  const quick = { model: "/models/tiny", data: "/data", batch: 8, steps: 25, from: 1e-4, to: 10 } as const;
  const find = (options: Partial<FindLearningRateOptions> = {}) => findLearningRate({ ...quick, ...options }, host);

  test("tells each point, suggests the valley's rate, and draws the curve", async () => {
    const told: RatePoint[] = [];
    const found = await find({ out: "/lr.svg", onPoint: (point) => told.push(point) });
    expect(found).toMatchObject({ phase: "head", usual: 3e-3, optimizer: "adam", batch: 8, out: "/lr.svg" });
    expect(found.points).toEqual(told);
    expect(found.suggestion).toBe(found.suggestions?.valley);
    expect(found.suggestion).toBeGreaterThan(1e-4);
    expect(found.suggestion).toBeLessThan(10);
    const svg = await host.store.readText("/lr.svg");
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).toContain("valley");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("of tuning the base trains the head first, and starts from what it has learnt", async () => {
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const tuned = await find({ phase: "tune", headEpochs: 8, headLearningRate: 0.1, onEvent });
    const untrained = await find({ phase: "tune", headEpochs: 0 });
    expect(tuned).toMatchObject({ phase: "tune", usual: 1e-5 });
    expect(tuned.points[0]?.loss).toBeLessThan(untrained.points[0]?.loss ?? 0);
    const epochs = events.filter((event) => event.type === "training" && event.event.type === "epoch");
    expect(epochs.length).toBe(8);
  });

  test("of low-rank adapters compares with their own usual rate", async () => {
    expect(await find({ phase: "tune", lora: 2, headEpochs: 1 })).toMatchObject({ usual: 3e-4 });
  });

  test.each<[Partial<FindLearningRateOptions>, RegExp]>([
    [{ out: "lr.png" }, /"lr\.png" is not named/],
    [{ phase: "tune", unfreeze: "none" }, /nothing to tune/],
    [{ phase: "tune", unfreeze: { from: "nowhere" } }, /nowhere/],
    [{ from: 1, to: 0.1 }, /cannot go up from 1 to 0.1/],
    [{ batch: 0 }, /batch must be/],
  ])("refuses %o before it trains", async (options, message) => {
    const events: RunEvent[] = [];
    await expect(find({ ...options, onEvent: (event) => events.push(event) })).rejects.toThrow(message);
    expect(events).toEqual([]);
  });
});

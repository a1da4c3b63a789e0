import { describe, expect, it, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { random } from "../base/random.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { adam } from "../program/optimizers.ts";
import { resetWeights } from "../rewrite/reset-weights.ts";
import { loadBase } from "./base-model.ts";
import { fineTune } from "./fine-tune.ts";
import { freshBase } from "./from-scratch.ts";
import { graft } from "./graft.ts";
import { type FineTuneOptions, headLayers } from "./recipe.ts";
import type { RunEvent } from "./run-events.ts";

const host = testHost();
const data = drawnTrainVal({ classes: 2, perClass: 8 });

async function golden(name: string) {
  await writeTinyModel(host.store, `/models/${name}`, { file: `${name}.onnx` });
  return loadBase(`/models/${name}`, {}, host);
}
const base = await golden("mobilenet");

/** The lowest validation loss of the reset network, its BatchNormalization in this mode. */
async function lowest(batchNorm: BatchNormMode): Promise<number> {
  const graph = resetWeights(base.graph, { rng: random(0).fork("scratch") });
  const layers = headLayers({ hidden: [], dropout: 0.2, units: 1 });
  const model = graft({ ...base, graph, trainable: true }, layers, { seed: 0 }, host);
  model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: "binaryCrossEntropy", batchNorm });
  const { epochs } = await model.fit(data.train, { epochs: 2, batch: 8, validation: data.val });
  return Math.min(...epochs.map(({ valLoss = Number.NaN }) => valLoss));
}

const fromScratch = { fromScratch: true, epochs: 2, batch: 8 } as const;

test("fresh weights are normalized by the batch: nothing is known of statistics yet", async () => {
  const { phases } = await fineTune(base, data, fromScratch, host);
  expect(phases.map(({ name, epochs, learningRate }) => [name, epochs, learningRate])).toEqual([["scratch", 2, 1e-3]]);
  expect(phases[0]?.valLoss).toBe(await lowest("training"));
  expect(phases[0]?.valLoss).not.toBe(await lowest("frozen"));
});

test.each([
  ["mobilenet", "batch", 0],
  ["mobilenet.folded", "given-back", 8],
  ["convnext", "other", 0],
  ["vgg", "none", 0],
] as const)("%s: what normalizes is %s", async (name, normalization, givenBack) => {
  expect(freshBase(await golden(name), { seed: 0 })).toMatchObject({ normalization, givenBack });
});

describe("a network whose BatchNormalization was merged", () => {
  it("learns with what it got back, says so, and is whole when saved", async () => {
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const { model, best } = await fineTune(
      await golden("resnet.folded"),
      data,
      { ...fromScratch, epochs: 8, onEvent },
      host,
    );
    expect(events).toContainEqual({ type: "fresh-weights", normalization: "given-back", givenBack: 10 });
    expect(best?.valLoss).toBeLessThan(Math.LN2);
    const { metrics } = await model.evaluate(data.val);
    await model.save("/saved");
    const again = await loadBase("/saved", {}, host);
    expect(again.graph.nodes.filter(({ op }) => op === "BatchNormalization")).toHaveLength(10);
    expect(metrics.accuracy).toBe(best?.valMetrics?.accuracy);
  });
});

test.each<[FineTuneOptions, string]>([
  [{ fromScratch: true, headEpochs: 3 }, "--head-epochs"],
  [{ fromScratch: true, unfreeze: "none" }, "--unfreeze"],
  [{ fromScratch: true, lora: 4 }, "--lora"],
  [{ epochs: 3 }, "--epochs"],
  [{ learningRate: 0.1 }, "--lr"],
])("%j is refused: %s", async (options, flag) => {
  await expect(fineTune(base, data, options, host)).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringContaining(`${flag} (`),
  });
});

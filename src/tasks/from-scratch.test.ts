import { expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { random } from "../base/random.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { adam } from "../program/optimizers.ts";
import { resetWeights } from "../rewrite/reset-weights.ts";
import { loadBase } from "./base-model.ts";
import { trainFromScratch } from "./from-scratch.ts";
import { graft } from "./graft.ts";
import { headLayers } from "./recipe.ts";

const host = testHost();
await writeTinyModel(host.store, "/models/tiny");
const base = await loadBase("/models/tiny", {}, host);
const data = drawnTrainVal({ classes: 2, perClass: 8 });

/** The lowest validation loss of the reset network, its BatchNormalization in this mode. */
async function lowest(batchNorm: BatchNormMode): Promise<number> {
  const graph = resetWeights(base.graph, { rng: random(0).fork("scratch") });
  const layers = headLayers({ hidden: [], dropout: 0.2, units: 1 });
  const model = graft({ ...base, graph, trainable: true }, layers, { seed: 0 }, host);
  model.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: "binaryCrossEntropy", batchNorm });
  const { epochs } = await model.fit(data.train, { epochs: 2, batch: 8, validation: data.val });
  return Math.min(...epochs.map(({ valLoss = Number.NaN }) => valLoss));
}

test("fresh weights are normalized by the batch: nothing is known of statistics yet", async () => {
  const { result } = await trainFromScratch(base, data, { epochs: 2, batch: 8 }, host);
  expect(result?.valLoss).toBe(await lowest("training"));
  expect(result?.valLoss).not.toBe(await lowest("frozen"));
});

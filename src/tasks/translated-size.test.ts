import { type LayersModel, layers, sequential } from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { answers, drawn, largestDifference } from "../../test/fixtures/keras.ts";
import { fill, predicted, saveLayersModel } from "../../test/fixtures/tensorflow-js.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { readModelFolder } from "../models/model-folder.ts";
import { prepared } from "./base-model.ts";

type Extent = number | null;

/** Layers whose "same" padding depends on the size; equal weights for every size. */
function net(height: Extent, width: Extent, { flat = false } = {}): LayersModel {
  const made = sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", inputShape: [height, width, 3] }),
      layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2, strides: 2, padding: "same" }),
      flat ? layers.flatten() : layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  fill(made);
  return made;
}

const exactly = (height: number, width: number) => ({
  ...preprocessingPresets.tf,
  resize: { kind: "exact", width, height } as const,
  crop: undefined,
  layout: "NCHW" as const,
});

const host = testHost();

async function prepares(model: LayersModel, height: number, width: number) {
  await host.store.remove("/net");
  await saveLayersModel(model, "/net", host.store);
  return prepared(await readModelFolder("/net", { store: host.store }), exactly(height, width), host);
}

test.each([
  [16, 16],
  [15, 13],
  [17, 22],
])("a model for pictures of 16 x 16 gets TensorFlow.js' padding for pictures of %i x %i", async (height, width) => {
  const pictures = drawn([2, height, width, 3], 0.5);
  const expected = predicted(net(height, width), pictures);
  for (const saved of [net(16, 16), net(null, null)]) {
    const graph = await prepares(saved, height, width);
    expect(largestDifference(await answers(graph, pictures), expected)).toBeLessThan(1e-5);
  }
});

test("a model with a weight for each pixel is refused pictures of another size", async () => {
  await expect(prepares(net(16, 16, { flat: true }), 32, 32)).rejects.toMatchObject({
    code: "not-an-image-model",
    message: "The model takes pictures of 16 × 16, and is to get 32 × 32.",
  });
});

import {
  model as functional,
  input,
  type LayersModel,
  layers,
  type SymbolicTensor,
  sequential,
} from "@tensorflow/tfjs-layers";
import { zipSync } from "fflate";
import { beforeEach, describe, expect, test } from "vitest";
import { answers, drawn, largestDifference } from "../../test/fixtures/keras.ts";
import { fill, predicted, saveLayersModel } from "../../test/fixtures/tensorflow-js.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { memoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { readModelFolder } from "./model-folder.ts";

let store: Store;
beforeEach(() => {
  store = memoryStore();
});

/** Layers on pictures of 13 x 11: odd extents, where "same" padding is not the same on both sides. */
const stacks: Readonly<Record<string, (X: SymbolicTensor) => SymbolicTensor>> = {
  "convolutions with strides": (X) =>
    chain(
      X,
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
      layers.conv2d({ filters: 5, kernelSize: [2, 3] }),
    ),
  "a convolution with holes": (X) =>
    chain(X, layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: "same" })),
  "depthwise convolutions": (X) =>
    chain(
      X,
      layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", depthMultiplier: 2 }),
      layers.reLU({ maxValue: 6 }),
    ),
  "a separable convolution": (X) =>
    chain(X, layers.separableConv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "tanh" })),
  poolings: (X) =>
    layers
      .concatenate()
      .apply([
        chain(X, layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })),
        chain(X, layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" })),
      ]) as SymbolicTensor,
  "a normalization": (X) => chain(X, layers.batchNormalization({ epsilon: 0.01 }), layers.leakyReLU({ alpha: 0.1 })),
  "a normalization without scale": (X) => chain(X, layers.batchNormalization({ scale: false })),
  "a padding in front of a convolution and of a pooling": (X) =>
    layers.concatenate().apply([
      chain(
        X,
        layers.zeroPadding2d({
          padding: [
            [1, 0],
            [2, 1],
          ],
        }),
        layers.conv2d({ filters: 2, kernelSize: 3, strides: 2 }),
      ),
      chain(
        X,
        layers.zeroPadding2d({
          padding: [
            [1, 0],
            [2, 1],
          ],
        }),
        layers.averagePooling2d({ poolSize: 3, strides: 2 }),
      ),
    ]) as SymbolicTensor,
  "a sum and a product": (X) => {
    const [A, B] = [
      chain(X, layers.conv2d({ filters: 3, kernelSize: 1 })),
      chain(X, layers.conv2d({ filters: 3, kernelSize: 1 })),
    ];
    return layers.multiply().apply([layers.add().apply([A, B, X]) as SymbolicTensor, B]) as SymbolicTensor;
  },
  "other shapes": (X) =>
    chain(X, layers.reshape({ targetShape: [11, 39, 1] }), layers.conv2d({ filters: 2, kernelSize: 3 })),
  activations: (X) =>
    chain(
      X,
      ...(["elu", "selu", "sigmoid", "hardSigmoid", "softplus", "softsign", "swish", "mish", "softmax"] as const).map(
        (activation) => layers.activation({ activation }),
      ),
    ),
  "dense layers on a map": (X) => chain(X, layers.dense({ units: 4 }), layers.elu()),
  "a normalization behind flattening": (X) =>
    chain(
      X,
      layers.maxPooling2d({ poolSize: 4 }),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.batchNormalization(),
    ),
};

type Layer = ReturnType<typeof layers.dense>;

const chain = (X: SymbolicTensor, ...steps: readonly Pick<Layer, "apply">[]): SymbolicTensor =>
  steps.reduce((before, layer) => layer.apply(before) as SymbolicTensor, X);

function classifierOf(body: (X: SymbolicTensor) => SymbolicTensor): LayersModel {
  const X = input({ shape: [13, 11, 3] });
  const features = body(X);
  const Y = chain(
    features.shape.length > 2 ? chain(features, layers.flatten()) : features,
    layers.dense({ units: 6, activation: "relu" }),
    layers.dense({ units: 4, activation: "softmax" }),
  );
  const made = functional({ inputs: X, outputs: Y });
  fill(made);
  return made;
}

const pictures = drawn([3, 13, 11, 3], 0.5);

describe("a LayersModel gives TensorFlow.js' predictions", () => {
  test.each(Object.entries(stacks))("%s", async (_, body) => {
    const model = classifierOf(body);
    await saveLayersModel(model, "net", store);
    const loaded = await readModelFolder("net", { store });
    expect(loaded.file).toBe("net/model.json");
    expect(largestDifference(await answers(loaded.model.graph, pictures), predicted(model, pictures))).toBeLessThan(
      1e-5,
    );
  });

  test("global poolings, a layer that is used twice, and a squeeze of maps", async () => {
    const model = classifierOf((X) => {
      const twice = layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", name: "twice" });
      const Y = chain(X, twice, twice);
      const squeezed = chain(
        Y,
        layers.globalAveragePooling2d({}),
        layers.reshape({ targetShape: [1, 1, 3] }),
        layers.conv2d({ filters: 3, kernelSize: 1, activation: "sigmoid" }),
      );
      const Z = layers.multiply().apply([Y, squeezed]) as SymbolicTensor;
      return layers
        .concatenate()
        .apply([
          chain(Z, layers.globalMaxPooling2d({})),
          chain(Z, layers.globalAveragePooling2d({})),
        ]) as SymbolicTensor;
    });
    await saveLayersModel(model, "net", store);
    const { model: read } = await readModelFolder("net", { store });
    expect(largestDifference(await answers(read.graph, pictures), predicted(model, pictures))).toBeLessThan(1e-5);
  });
});

/** As Teachable Machine builds its models: a base and its pooling, and a head, each a model inside of one. */
function teachable(): LayersModel {
  const X = input({ shape: [16, 16, 3] });
  const Y = chain(
    X,
    layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", name: "Conv1" }),
    layers.batchNormalization({ name: "bn_Conv1" }),
    layers.reLU({ maxValue: 6 }),
  );
  const base = functional({ inputs: X, outputs: Y });
  const features = sequential({ layers: [base, layers.globalAveragePooling2d({})] });
  const head = sequential({
    layers: [
      layers.dense({ units: 8, inputShape: [4], activation: "relu" }),
      layers.dense({ units: 2, useBias: false, activation: "softmax" }),
    ],
  });
  const whole = sequential({ layers: [features, head] });
  fill(whole);
  return whole;
}

describe("a model of Teachable Machine", () => {
  test("has its predictions, labels and preprocessing", async () => {
    const model = teachable();
    await saveLayersModel(model, "tm", store);
    await store.write(
      "tm/metadata.json",
      JSON.stringify({ packageName: "@teachablemachine/image", labels: ["cat", "dog"], imageSize: 16 }),
    );
    const loaded = await readModelFolder("tm", { store });
    const small = drawn([2, 16, 16, 3], 0.5);
    expect(largestDifference(await answers(loaded.model.graph, small), predicted(model, small))).toBeLessThan(1e-5);
    expect([loaded.labels, loaded.labelsSource]).toEqual([["cat", "dog"], "metadata.json"]);
    expect(loaded.preprocessing).toMatchObject({
      resize: { kind: "shortest-edge", size: 16 },
      crop: { width: 16, height: 16 },
      scale: preprocessingPresets.tf.scale,
      mean: preprocessingPresets.tf.mean,
    });
  });

  test("is read from the zip that it comes in", async () => {
    const model = teachable();
    await saveLayersModel(model, "tm", store);
    await store.write(
      "tm/metadata.json",
      JSON.stringify({ packageName: "@teachablemachine/image", labels: ["cat", "dog"] }),
    );
    const names = await store.list("tm");
    const files = await Promise.all(names.map(async (name) => [name, await store.read(`tm/${name}`)] as const));
    await store.write("converted_keras.zip", zipSync(Object.fromEntries(files)));
    const loaded = await readModelFolder("converted_keras.zip", { store });
    const small = drawn([2, 16, 16, 3], 0.5);
    expect(largestDifference(await answers(loaded.model.graph, small), predicted(model, small))).toBeLessThan(1e-5);
    expect(loaded.labels).toEqual(["cat", "dog"]);
  });

  test("without a file of weights is refused by that file's name", async () => {
    await saveLayersModel(teachable(), "tm", store, { shardBytes: 100 });
    const names = await store.list("tm");
    const missing = names.find((name) => name.startsWith("group1-shard1of"));
    await store.remove(`tm/${missing}`);
    await expect(readModelFolder("tm", { store })).rejects.toMatchObject({
      code: "no-external-data",
      message: expect.stringContaining(String(missing)),
    });
  });

  test("with files of weights that are too short is refused", async () => {
    await saveLayersModel(teachable(), "tm", store, { shardBytes: 1e6 });
    await store.write("tm/group1-shard1of1.bin", new Uint8Array(8));
    await expect(readModelFolder("tm", { store })).rejects.toMatchObject({ code: "bad-external-data" });
  });

  test("cannot name weights outside of its folder", async () => {
    await store.write("secret.bin", new Uint8Array(4));
    const weights = [{ name: "a/bias", shape: [1], dtype: "float32" }];
    const topology = { class_name: "Sequential", config: { name: "net", layers: [] } };
    const json = { modelTopology: topology, weightsManifest: [{ paths: ["../secret.bin"], weights }] };
    await store.write("tm/model.json", JSON.stringify(json));
    await expect(readModelFolder("tm", { store })).rejects.toMatchObject({ code: "bad-external-data" });
  });
});

test("a graph model is refused, with what to do", async () => {
  const json = { format: "graph-model", modelTopology: { node: [] }, weightsManifest: [] };
  await store.write("net/model.json", JSON.stringify(json));
  await expect(readModelFolder("net", { store })).rejects.toMatchObject({
    code: "unsupported-model",
    hint: expect.stringContaining("tfjs_layers_model"),
  });
});

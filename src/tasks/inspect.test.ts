import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import { modelOf } from "../onnx/model.ts";
import { inspectModel } from "./inspect.ts";

const host = testHost();
const { store } = host;

async function inspected(file: string) {
  return inspectModel({ model: await writeTinyModel(store, `/models/${file}`, { file }) }, host);
}

describe("inspectModel", () => {
  test("tells all about a model folder", async () => {
    const { ops, layers, preprocessing, ...found } = await inspected("mobilenet.onnx");
    expect(found).toEqual({
      model: "/models/mobilenet.onnx",
      file: "/models/mobilenet.onnx/model.onnx",
      changes: [],
      producer: "pytorch",
      opset: 17,
      input: { name: "input", shape: ["N", 3, 32, 32], layout: "NCHW" },
      output: { name: "logits", shape: ["N", 5] },
      head: {
        ...{ node: "/classifier/classifier.1/Gemm", kind: "Gemm", features: 32, classes: 5, softmax: false },
        reason: expect.stringContaining("is the last layer with weights"),
      },
      parameters: 3560 + 32 * 5 + 5,
      labels: 5,
      preprocessingSource: "preprocessor_config.json",
      trainable: true,
      trainableFrom: "/features/features.0/features.0.0/Conv",
    });
    expect(preprocessing?.mean).toEqual([0.5, 0.45, 0.4]);
    expect(ops).toMatchObject({ Conv: 8, BatchNormalization: 8, Gemm: 1 });
    expect(layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(found.parameters);
    expect(layers.at(-1)).toEqual({ node: "/classifier/classifier.1/Gemm", op: "Gemm", parameters: 165 });
  });

  test.each(
    ["convnext", "densenet", "efficientnet", "mobilenet", "resnet", "vgg", "vit"].flatMap((name) => [
      `${name}.onnx`,
      `${name}.folded.onnx`,
      `${name}.dynamo.onnx`,
    ]),
  )("finds the head of %s, and that all of it can be trained", async (file) => {
    const found = await inspected(file);
    expect(found).toMatchObject({ head: { classes: 5 }, trainable: true, trainableFrom: found.layers[0]?.node });
    expect(found.stops).toBeUndefined();
  });

  test("every name that it lists is one that --unfreeze takes", async () => {
    const { layers } = await inspected("resnet.dynamo.onnx");
    expect(new Set(layers.map(({ node }) => node)).size).toBe(layers.length);
  });

  test("says what is missing instead of failing: no description, no head, any size", async () => {
    const g = graphBuilder();
    const X = g.input("x", "float32", ["N", 3, "H", "W"]);
    const W = g.initializer("w", floats(new Float32Array(4 * 3 * 9), [4, 3, 3, 3]));
    await store.write("/bare.onnx", encodeModel(modelOf(g.build([g.Flatten(g.GlobalAveragePool(g.Conv(X, W)))]))));
    expect(await inspectModel({ model: "/bare.onnx" }, host)).toMatchObject({
      input: { shape: ["N", 3, "H", "W"] },
      head: undefined,
      headError: expect.stringContaining("No classifier was found"),
      labels: undefined,
      preprocessing: undefined,
      preprocessingSource: undefined,
      parameters: 108,
      trainable: true,
    });
  });

  test("takes another head where one is named, and refuses one that is not there", async () => {
    const model = await writeTinyModel(store, "/models/vgg", { file: "vgg.onnx" });
    const { layers } = await inspectModel({ model }, host);
    const dense = layers.filter(({ op }) => op === "Gemm").map(({ node }) => node);
    expect(dense.length).toBe(2);
    const { head } = await inspectModel({ model, headAt: dense[0] }, host);
    expect(head).toMatchObject({ node: dense[0], features: 1024, classes: 24 });
    await expect(inspectModel({ model, headAt: "nowhere" }, host)).rejects.toMatchObject({ code: "no-such-node" });
  });

  test.each([
    ["nothing", "/nowhere", "no-model"],
    ["a text file", "/text.onnx", "not-onnx"],
    ["a model that is cut off", "/cut.onnx", "not-onnx"],
    ["a model without pictures", "/rows.onnx", "not-an-image-model"],
  ])("refuses %s", async (_, path, code) => {
    await store.write("/text.onnx", "hello");
    const whole = await store.read(`${await writeTinyModel(store, "/models/tiny")}/model.onnx`);
    await store.write("/cut.onnx", whole.slice(0, whole.length / 2));
    const g = graphBuilder();
    const rows = g.build([g.Relu(g.input("x", "float32", ["N", 10]))]);
    await store.write("/rows.onnx", encodeModel(modelOf(rows)));
    await expect(inspectModel({ model: path }, host)).rejects.toMatchObject({ code });
  });
});

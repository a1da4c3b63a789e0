import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bytesOf, floats } from "../../src/base/tensor.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { nodeHost } from "../../src/hosts/node.ts";
import { preprocessingPresets } from "../../src/image/presets.ts";
import { readModelFolder } from "../../src/models/model-folder.ts";
import { writeModelFolder } from "../../src/models/write-model-folder.ts";
import { encodeForEngine } from "../../src/onnx/encode-external.ts";
import { modelOf } from "../../src/onnx/model.ts";
import { adam } from "../../src/program/optimizers.ts";
import { dense } from "../../src/rewrite/layers.ts";
import { loadBase } from "../../src/tasks/base-model.ts";
import type { Prediction } from "../../src/tasks/classifier.ts";
import { graft } from "../../src/tasks/graft.ts";
import { loadTrained } from "../../src/tasks/trained-model.ts";
import { drawnPictures } from "../fixtures/pictures.ts";
import { writeLargeModel } from "./large-model.ts";

const host = { ...nodeHost(), threads: 2 };
const { store } = host;
const GiB = 2 ** 30;
let folder = "";
let large = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "regraft-large-"));
  large = await writeLargeModel(store, join(folder, "large"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function sizeOf(path: string): Promise<number> {
  const file = await store.open(path);
  await file.close();
  return file.sizeBytes;
}

/** Logits of one picture, by onnxruntime alone and the model's path. */
async function byPath(path: string, input: string, pixels: Float32Array): Promise<readonly number[]> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
  const outputs = await session.run({ [input]: new OrtTensor("float32", pixels, [1, 3, 32, 32]) });
  await session.release();
  return Array.from(outputs.logits?.data ?? [], Number);
}

const pixels = () => Float32Array.from({ length: 3 * 32 * 32 }, (_, at) => Math.sin(at));

test("a model of more than 2 GiB is read, run, written and read back equal", async () => {
  const { graph } = (await readModelFolder(large, { store })).model;
  expect([...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0)).toBeGreaterThan(2 * GiB);

  const workspace = await host.runtime.open({ threads: 2 });
  const session = await workspace.load(encodeForEngine(modelOf(graph)));
  const { logits } = await session.run({ pixels: floats(pixels(), [1, 3, 32, 32]) });
  await workspace.close();
  const expected = await byPath(join(large, "onnx", "model.onnx"), "pixels", pixels());
  expect(Array.from(logits?.data ?? [], Number)).toEqual(expected);
  expect(new Set(expected).size).toBe(5);

  const copy = join(folder, "copy");
  const preprocessing = { ...preprocessingPresets.imagenet, crop: { width: 32, height: 32 } };
  const labels = ["a", "b", "c", "d", "e"];
  await writeModelFolder(copy, { graph, labels, preprocessing, card: { title: "large", metrics: {} } }, { store });
  expect(await sizeOf(join(copy, "onnx", "model.onnx_data"))).toBeGreaterThan(2 * GiB);
  expect(await sizeOf(join(copy, "onnx", "model.onnx"))).toBeLessThan(10_000);
  const again = await readModelFolder(copy, { store });
  for (const [name, value] of graph.initializers) {
    const other = again.model.graph.initializers.get(name);
    const isEqual = other !== undefined && Buffer.compare(bytesOf(value), bytesOf(other)) === 0;
    expect([name, isEqual]).toEqual([name, true]);
  }
  expect(await byPath(join(copy, "onnx", "model.onnx"), "pixel_values", pixels())).toEqual(expected);
  await store.remove(copy);
});

/** In a function of its own: the trained model is free to go before the saved one is loaded. */
async function trainAndSave(data: Dataset): Promise<Prediction | undefined> {
  const model = graft(await loadBase(large, {}, host), [dense(2)], { threads: 2 }, host);
  model.compile({ optimizer: adam({ learningRate: 0.001 }), loss: "softmaxCrossEntropy" });
  const { epochs } = await model.fit(data, { epochs: 2, batch: 4 });
  expect(epochs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  const [prediction] = await model.predict([await data.load(0)]);
  await model.save(join(folder, "saved"));
  await model.close();
  return prediction;
}

test("a head is trained on features of a frozen base of more than 2 GiB, and saved with it", async () => {
  const data = drawnPictures({ classes: 2, perClass: 4, seed: 1, size: 32 });
  const expected = await trainAndSave(data);
  const saved = await loadTrained(join(folder, "saved"), {}, host);
  const [prediction] = await saved.predict([await data.load(0)]);
  await saved.close();
  expect(expected?.logits).toHaveLength(2);
  expect(prediction?.logits).toEqual(expected?.logits);
});

test("neither took memory for more than five copies of the weights", () => {
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  expect(peakBytes / GiB).toBeLessThan(11);
});

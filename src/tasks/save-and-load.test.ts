import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diskHost } from "../../test/fixtures/host.ts";
import { drawnPictures, writePictures } from "../../test/fixtures/pictures.ts";
import { tinyProcessor, writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { adam } from "../program/optimizers.ts";
import { dense, dropout, relu } from "../rewrite/layers.ts";
import { loadBase } from "./base-model.ts";
import type { Prediction } from "./classifier.ts";
import { graft } from "./graft.ts";
import { loadTrained } from "./trained-model.ts";
import type { TransferModel } from "./transfer-model.ts";

const host = diskHost();
const { store } = host;
const size = 32; // as the model wants them: nothing is left to resize
const project = fileURLToPath(new URL("../..", import.meta.url));

interface Case {
  readonly model: TransferModel;
  readonly folder: string;
  readonly pictures: readonly string[];
  readonly predictions: readonly Prediction[];
}

describe.each([
  ["a single logit for two classes", 2, [dropout(0.2), dense(1)], "binaryCrossEntropy"],
  ["a small network on top for five", 5, [dropout(0.2), dense(8), relu(), dense(5)], "softmaxCrossEntropy"],
] as const)("a saved model with %s", (_, classes, layers, loss) => {
  let folder = "";
  let saved: Case;
  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/regraft-save-`);
    saved = await trainAndSave();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function trainAndSave(): Promise<Case> {
    await writeTinyModel(store, `${folder}/tiny`);
    const model = graft(await loadBase(`${folder}/tiny`, {}, host), layers, { threads: 1 }, host);
    const train = drawnPictures({ classes, perClass: 6, seed: 1, size });
    model.unfreeze({ lastLayers: 2 });
    model.compile({ optimizer: adam({ learningRate: 0.05 }), loss });
    await model.fit(train, { epochs: 3, batch: 8 });
    await model.save(`${folder}/model`, { metrics: { accuracy: 0.75 } });
    await writePictures(store, `${folder}/photos`, drawnPictures({ classes, perClass: 2, seed: 9, size }));
    const pictures = train.classes.map((name) => `${folder}/photos/${name}/1.png`);
    return { model, folder: `${folder}/model`, pictures, predictions: await model.predict(pictures) };
  }

  test("gives the same logits in another process, to the last bit", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        "--import",
        "./test/load-typescript.js",
        "./test/fixtures/predict-elsewhere.ts",
        saved.folder,
        ...saved.pictures,
      ],
      { cwd: project },
    );
    const expected = saved.predictions.map(({ label, score, logits }) => ({ label, score, logits: [...logits] }));
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(new Set(expected.map(({ logits }) => String(logits))).size).toBe(classes);
  });

  test("gives the same logits by onnxruntime alone, on pixels prepared by hand", async () => {
    const session = await InferenceSession.create(await store.read(`${saved.folder}/onnx/model.onnx`));
    expect([session.inputNames, session.outputNames]).toEqual([["pixel_values"], ["logits"]]);
    for (const [at, path] of saved.pictures.entries()) {
      const { data } = await host.decoder.decode(await store.read(path));
      const { image_mean: mean, image_std: std } = tinyProcessor;
      const pixels = Float32Array.from({ length: 3 * size * size }, (_, place) => {
        const channel = Math.floor(place / (size * size));
        const byte = data[(place % (size * size)) * 3 + channel] ?? 0;
        return (byte / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
      });
      const { logits } = await session.run({ pixel_values: new OrtTensor("float32", pixels, [1, 3, size, size]) });
      expect(logits?.dims).toEqual([1, classes]);
      expect([...(logits?.data ?? [])].map(Number)).toBeAllclose(saved.predictions[at]?.logits ?? [], {
        rtol: 1e-4,
        atol: 1e-5,
      });
    }
  });

  test("tells readers its labels, its input and what it is", async () => {
    const config: unknown = JSON.parse(await store.readText(`${saved.folder}/config.json`));
    const labels = ["crescent", "flower", "heart", "spiral", "star"].slice(0, classes);
    expect(config).toMatchObject({
      model_type: "mobilenet_v2",
      id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
      problem_type: "single_label_classification",
    });
    const processor: unknown = JSON.parse(await store.readText(`${saved.folder}/preprocessor_config.json`));
    expect(processor).toMatchObject({ size: { height: 32, width: 32 }, image_mean: tinyProcessor.image_mean });
    expect(await store.readText(`${saved.folder}/README.md`)).toContain("| accuracy | 0.75 |");
  });

  test("evaluates as it did before it was saved", async () => {
    const val = drawnPictures({ classes, perClass: 4, seed: 2, size });
    const before = await saved.model.evaluate(val);
    const loaded = await loadTrained(saved.folder, { threads: 1 }, host);
    expect(await loaded.evaluate(val)).toEqual(before);
    await loaded.close();
  });

  test("is a base itself: its head comes off, and what is left is what was tuned", async () => {
    const base = await loadBase(saved.folder, {}, host);
    expect([base.head?.classes, base.head?.featureSize]).toEqual([classes, layers.length > 2 ? 8 : 32]);
    const tuned = saved.model.graph.initializers.get("features.3.0.weight");
    expect(base.graph.initializers.get("features.3.0.weight")?.data).toEqual(tuned?.data);
    expect(base.graph.nodes.filter(({ op }) => op === "Dropout")).toEqual([]);
  });

  test("does not replace what stands there unless told to", async () => {
    await expect(saved.model.save(saved.folder)).rejects.toMatchObject({ code: "run-exists" });
    await saved.model.save(saved.folder, { overwrite: true, metrics: { accuracy: 0.75 } });
    expect(await store.list(`${folder}`)).toEqual(["model", "photos", "tiny"]);
  });
});

test("labels that do not exclude each other are saved as such, and read back as such", async () => {
  const folder = await mkdtemp(`${tmpdir()}/regraft-labels-`);
  try {
    await writeTinyModel(store, `${folder}/tiny`);
    const drawn = drawnPictures({ classes: 2, perClass: 4 });
    const data = { ...drawn, targets: (index: number) => [drawn.label(index), 1] };
    const model = graft(await loadBase(`${folder}/tiny`, {}, host), [dense(2)], { threads: 1 }, host);
    model.compile({ optimizer: "adam", loss: "binaryCrossEntropy" });
    await model.fit(data, { epochs: 1 });
    await model.save(`${folder}/model`);
    expect(JSON.parse(await store.readText(`${folder}/model/config.json`))).toMatchObject({
      problem_type: "multi_label_classification",
    });
    const loaded = await loadTrained(`${folder}/model`, { threads: 1 }, host);
    const picture = await data.load(0);
    const [prediction] = await loaded.predict([picture]);
    expect([prediction]).toEqual(await model.predict([picture]));
    const scores = prediction?.top.map(({ score }) => score) ?? [];
    const expected = [...(prediction?.logits ?? [])].map((z) => 1 / (1 + Math.exp(-z))).sort((a, b) => b - a);
    expect(scores).toBeAllclose(expected);
    await loaded.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

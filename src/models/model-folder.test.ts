import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { beforeEach, describe, expect, test } from "vitest";
import { shared, whySkipped } from "../../test/shared.ts";
import { GraphError, ModelError } from "../base/errors.ts";
import { random } from "../base/random.ts";
import { floats } from "../base/tensor.ts";
import { encodeSafetensors } from "../hub/safetensors.ts";
import { preprocessingPresets } from "../image/presets.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { OPSET } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { cut } from "../rewrite/cut.ts";
import { findHead } from "../rewrite/find-head.ts";
import { graft } from "../rewrite/graft.ts";
import { fixInput } from "../rewrite/input.ts";
import { dense } from "../rewrite/layers.ts";
import { memoryStore } from "../store/memory-store.ts";
import { nodeStore } from "../store/node/node-store.ts";
import type { Store } from "../store/store.ts";
import { architecture } from "../zoo/architecture.ts";
import { namingsOf } from "../zoo/namings.ts";
import type { StoredTensors } from "../zoo/stored-network.ts";
import { imageInput } from "./image-input.ts";
import { readModelFolder } from "./model-folder.ts";
import { type ModelFolderContent, writeModelFolder } from "./write-model-folder.ts";

const onnx = readFileSync(new URL("../../test/golden/resnet.onnx", import.meta.url));
const processor = JSON.stringify({
  do_resize: true,
  size: { height: 32, width: 32 },
  resample: 2,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_center_crop: false,
  do_normalize: false,
});

let store: Store;
beforeEach(() => {
  store = memoryStore();
});

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("readModelFolder", () => {
  test.each(["bees/model.onnx", "bees/onnx/model.onnx", "bees/resnet_v3.onnx"])("finds %s", async (file) => {
    await store.write(file, onnx);
    await store.write("bees/preprocessor_config.json", processor);
    const loaded = await readModelFolder("bees", { store });
    expect(loaded.file).toBe(file);
    expect([loaded.sourceOpset, loaded.model.opsets.get("")]).toEqual([17, OPSET]);
    expect(loaded.preprocessing?.resize).toEqual({ kind: "exact", width: 32, height: 32 });
    expect(loaded.preprocessingSource).toBe("preprocessor_config.json");
  });

  test("reads what lies beside a file that is named", async () => {
    await store.write("zoo/a.onnx", onnx);
    await store.write("zoo/b.onnx", onnx);
    await store.write("zoo/labels.txt", "ants\nbees\n");
    const { labels, labelsSource, preprocessing } = await readModelFolder("zoo/b.onnx", { store });
    expect({ labels, labelsSource, preprocessing }).toEqual({
      labels: ["ants", "bees"],
      labelsSource: "labels.txt",
      preprocessing: undefined,
    });
    await expect(readModelFolder("zoo", { store })).rejects.toThrow("2 models: a.onnx, b.onnx");
  });

  test("takes labels from config.json in the order of their numbers", async () => {
    await store.write("m/model.onnx", onnx);
    await store.write("m/labels.txt", "other");
    await store.write(
      "m/config.json",
      JSON.stringify({
        model_type: "resnet",
        id2label: { 1: "bees", 0: "ants", 10: "k", 2: "c", 3: "d", 4: "e", 5: "f", 6: "g", 7: "h", 8: "i", 9: "j" },
      }),
    );
    const { labels, config } = await readModelFolder("m", { store });
    expect(labels).toEqual(["ants", "bees", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);
    expect(config?.model_type).toBe("resnet");
  });

  test("names the conventions that it fell back on", async () => {
    await store.write("m/model.onnx", onnx);
    await store.write("m/preprocessor_config.json", JSON.stringify({ size: { height: 32, width: 32 } }));
    const { preprocessingSource } = await readModelFolder("m", { store });
    expect(preprocessingSource).toContain("do_rescale = true");
    expect(preprocessingSource).toContain("resample = 2");
  });

  test("takes timm's description from config.json", async () => {
    await store.write("m/model.onnx", onnx);
    const pretrained_cfg = {
      input_size: [3, 32, 32],
      interpolation: "bicubic",
      crop_pct: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    };
    await store.write("m/config.json", JSON.stringify({ architecture: "resnet18", pretrained_cfg }));
    const { preprocessing, preprocessingSource } = await readModelFolder("m", { store });
    expect(preprocessing?.interpolation).toBe("bicubic");
    expect(preprocessingSource).toBe("config.json");
  });

  test("finds what tells of a model in onnx/ in the folder above", async () => {
    await store.write("m/onnx/model.onnx", onnx);
    await store.write("m/preprocessor_config.json", processor);
    await store.write("m/onnx/labels.txt", "ants\nbees\n");
    const { preprocessingSource, labelsSource } = await readModelFolder("m/onnx/model.onnx", { store });
    expect([preprocessingSource, labelsSource]).toEqual(["preprocessor_config.json", "labels.txt"]);
  });

  describe("of a folder with timm's weights and no graph", () => {
    const pretrained_cfg = {
      input_size: [3, 64, 64],
      interpolation: "bicubic",
      crop_pct: 0.875,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      classifier: "classifier",
    };
    const config = { architecture: "mobilenetv2_035", num_classes: 3, pretrained_cfg };

    async function writeWeights(folder: string, tensors: StoredTensors): Promise<void> {
      await store.write(store.join(folder, "model.safetensors"), encodeSafetensors(tensors));
    }

    test("builds the network by its name, at its size", async () => {
      const built = architecture("mobilenet_v2", { width: 0.35, classes: 3, imageSize: 64, seed: 5 });
      const { nameOf } = namingsOf("mobilenet_v2")[1] ?? {};
      const weights = [...built.initializers].filter(([name]) => !name.startsWith("const_"));
      await writeWeights("m", Object.fromEntries(weights.map(([name, value]) => [nameOf?.(name) ?? name, value])));
      await store.write("m/config.json", JSON.stringify(config));
      const loaded = await readModelFolder("m", { store });
      expect(loaded.file).toBe("m/model.safetensors");
      expect(loaded.preprocessing).toMatchObject({ crop: { width: 64, height: 64 }, interpolation: "bicubic" });
      const { inputs, outputs } = loaded.model.graph;
      expect([inputs[0]?.shape, outputs[0]?.shape]).toEqual([
        ["N", 3, 64, 64],
        ["N", 3],
      ]);
      const rng = random(1);
      const pixels = Float32Array.from({ length: 2 * 3 * 64 * 64 }, () => rng.normal());
      const run = async (graph: Graph) => {
        const session = await InferenceSession.create(encodeModel(modelOf(graph)));
        const { logits } = await session.run({ pixel_values: new OrtTensor("float32", pixels, [2, 3, 64, 64]) });
        return [...((logits?.data ?? []) as Float32Array)];
      };
      expect(await run(loaded.model.graph)).toBeAllclose(await run(built), { rtol: 1e-5, atol: 1e-6 });
    });

    test.each([
      [
        "no name of a network",
        undefined,
        "bad-model-folder",
        "It holds weights, and nothing beside it says of which network.",
      ],
      [
        "an unknown name",
        { ...config, architecture: "resnetv9" },
        "unknown-network",
        'Regraft cannot build the network "resnetv9".',
      ],
      [
        "weights of another",
        config,
        "bad-weights",
        'The weights are not those of mobilenetv2_035: "classifier.1.weight" is missing.',
      ],
    ])("refuses %s", async (_, about, code, message) => {
      await writeWeights("m", { "fc.weight": floats([1, 2], [2, 1]) });
      if (about) await store.write("m/config.json", JSON.stringify(about));
      await expect(readModelFolder("m", { store })).rejects.toMatchObject({
        code,
        message: `m/model.safetensors: ${message}`,
      });
    });

    test("refuses pickles, and says how to get safetensors", async () => {
      await store.write("m/pytorch_model.bin", "...");
      await expect(readModelFolder("m", { store })).rejects.toMatchObject({
        code: "no-model",
        message: '"m" holds its weights as a pickle (pytorch_model.bin), which is a program: Regraft runs none.',
        hint: expect.stringContaining("safetensors.torch.save_file"),
      });
    });
  });

  test("says what is missing or broken", async () => {
    await expect(readModelFolder("nowhere", { store })).rejects.toThrow(code("no-model"));
    await store.write("empty/readme.txt", "");
    await expect(readModelFolder("empty", { store })).rejects.toThrow(code("no-model"));
    await store.write("m/model.onnx", onnx);
    await store.write("m/config.json", JSON.stringify({ id2label: { 0: "a", 2: "c" } }));
    await expect(readModelFolder("m", { store })).rejects.toThrow("m/config.json: id2label has 2 labels");
  });

  test("names the file that is no model, and says what to do", async () => {
    await store.write("text/model.onnx", "not a model");
    const failure = readModelFolder("text", { store });
    await expect(failure).rejects.toBeInstanceOf(ModelError);
    await expect(failure).rejects.toMatchObject({
      code: "not-onnx",
      message: expect.stringMatching(/^text\/model\.onnx: Not an ONNX model: /),
      hint: expect.stringContaining("Fetch or export the file again"),
    });
  });

  test("tells a picture from a model", async () => {
    await store.write("bee.jpg", new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16]));
    await expect(readModelFolder("bee.jpg", { store })).rejects.toMatchObject({
      code: "not-onnx",
      message: "bee.jpg: This is a picture (JPEG), not an ONNX model.",
    });
  });

  test("names the file of a model whose graph contradicts itself", async () => {
    const X = { name: "X", dtype: "float32", shape: ["N", 3, 8, 8] } as const;
    const loose = { name: "", inputs: [X], outputs: [{ ...X, name: "Y" }], nodes: [], initializers: new Map() };
    await store.write("loose/model.onnx", encodeModel(modelOf(loose)));
    const failure = readModelFolder("loose", { store });
    await expect(failure).rejects.toBeInstanceOf(GraphError);
    await expect(failure).rejects.toMatchObject({
      code: "bad-graph",
      message: expect.stringMatching(/^loose\/model\.onnx: /),
    });
  });

  test.each([
    ["text", "m/config.json is not JSON."],
    [
      '{ "regraft": { "loss": "hinge", "label_smoothing": 0 } }',
      'm/config.json does not hold what it should at "regraft.loss"',
    ],
    ['{ "regraft": { "loss": "meanSquaredError", "label_smoothing": 1 } }', 'at "regraft.label_smoothing"'],
  ])("a config.json of %s is told with its path", async (text, message) => {
    await store.write("m/model.onnx", onnx);
    await store.write("m/config.json", text);
    const failure = readModelFolder("m", { store });
    await expect(failure).rejects.toThrow(code("bad-model-folder"));
    await expect(failure).rejects.toThrow(message);
  });
});

describe("imageInput", () => {
  const graph = (...inputs: Graph["inputs"]): Graph => ({
    name: "",
    inputs,
    outputs: [],
    nodes: [],
    initializers: new Map(),
  });

  test("tells the layout and the size", () => {
    expect(imageInput(graph({ name: "x", dtype: "float32", shape: ["N", 3, 224, "W"] }))).toEqual({
      name: "x",
      layout: "NCHW",
      height: 224,
      width: undefined,
    });
  });

  test.each([
    ["bytes", graph({ name: "x", dtype: "uint8", shape: ["N", 3, 8, 8] }), '"x" uint8 [N, 3, 8, 8]'],
    ["one channel", graph({ name: "x", dtype: "float32", shape: ["N", 1, 28, 28] }), "[N, 1, 28, 28]"],
    ["tokens", graph({ name: "ids", dtype: "int64", shape: ["N", 128] }), '"ids" int64'],
    ["no input", graph(), "no input"],
  ])("refuses %s and says so", (_, bad, message) => {
    expect(() => imageInput(bad)).toThrow(
      expect.objectContaining({ code: "not-an-image-model", message: expect.stringContaining(message) }),
    );
  });
});

async function content(): Promise<ModelFolderContent> {
  await store.write("base/model.onnx", onnx);
  const { model } = await readModelFolder("base", { store });
  const graph = fixInput(model.graph, { height: 32, width: 32 });
  return {
    graph: graft(cut(graph, findHead(graph).features), [dense(2)], { rng: random(1) }).graph,
    labels: ["ants", 'bees: "big"'],
    preprocessing: { ...preprocessingPresets.caffe, interpolation: "bicubic" },
    baseModel: {
      name: "timm/resnet18",
      config: { model_type: "resnet", architectures: ["ResNetForImageClassification"] },
    },
    card: {
      title: "Ants | bees",
      metrics: { accuracy: 0.9608123, loss: 0.12 },
      training: { optimizer: "adam" },
      dataset: "hymenoptera",
    },
  };
}

const rng = random(9);
const pixels = Float32Array.from({ length: 2 * 3 * 32 * 32 }, () => rng.uniform(-1, 1));

async function logits(
  model: Uint8Array | string,
  external: InferenceSession.SessionOptions = {},
): Promise<ArrayLike<number | bigint>> {
  const options = { logSeverityLevel: 3, ...external } as const;
  const session =
    typeof model === "string"
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  const { logits: result } = await session.run({ pixel_values: new OrtTensor("float32", pixels, [2, 3, 32, 32]) });
  return Array.from(result?.data ?? [], Number);
}

describe("writeModelFolder", () => {
  test("comes back with the same logits, labels and preprocessing", async () => {
    const written = await content();
    await writeModelFolder("out/model", written, { store });
    const loaded = await readModelFolder("out/model", { store });
    expect(loaded.file).toBe("out/model/onnx/model.onnx");
    expect(loaded.labels).toEqual(written.labels);
    expect(loaded.preprocessing).toEqual(written.preprocessing);
    expect(loaded.config).toMatchObject({ model_type: "resnet", problem_type: "single_label_classification" });

    const first = await logits(await store.read("out/model/onnx/model.onnx"));
    await writeModelFolder("again", { ...written, graph: loaded.model.graph }, { store });
    expect(first.length).toBe(4);
    expect(await logits(await store.read("again/onnx/model.onnx"))).toEqual(first);
  });

  test("puts the weights of a model that is too large for one file beside it, and takes both files away together", async () => {
    const written = await content();
    await writeModelFolder("small", written, { store });
    await writeModelFolder("out", written, { store, mostModelBytes: 1024 });
    expect(await store.list("out/onnx")).toEqual(["model.onnx", "model.onnx_data"]);
    expect(JSON.parse(await store.readText("out/config.json"))["transformers.js_config"]).toEqual({
      dtype: "fp32",
      use_external_data_format: { "model.onnx": true },
    });
    const [small, large] = [await readModelFolder("small", { store }), await readModelFolder("out", { store })];
    expect(large.model).toEqual(small.model);
    const path = "model.onnx_data";
    const external = { externalData: [{ path, data: await store.read("out/onnx/model.onnx_data") }] };
    expect(await logits(await store.read("out/onnx/model.onnx"), external)).toEqual(
      await logits(await store.read("small/onnx/model.onnx")),
    );
    await writeModelFolder("out", written, { store, overwrite: true });
    expect(await store.list("out/onnx")).toEqual(["model.onnx"]);
  });

  test("has files that onnxruntime finds by their path", async () => {
    const folder = await mkdtemp(join(tmpdir(), "regraft-write-"));
    try {
      const written = await content();
      await writeModelFolder(`${folder}/out`, written, { store: nodeStore(), mostModelBytes: 1024 });
      await writeModelFolder("small", written, { store });
      expect(await logits(`${folder}/out/onnx/model.onnx`)).toEqual(
        await logits(await store.read("small/onnx/model.onnx")),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("has the files that transformers.js looks for, and a card with the numbers", async () => {
    await writeModelFolder("out", await content(), { store });
    expect(await store.list("out")).toEqual(["README.md", "config.json", "onnx", "preprocessor_config.json"]);
    expect(JSON.parse(await store.readText("out/config.json"))).toEqual({
      model_type: "resnet",
      architectures: ["ResNetForImageClassification"],
      num_labels: 2,
      id2label: { 0: "ants", 1: 'bees: "big"' },
      label2id: { ants: 0, 'bees: "big"': 1 },
      problem_type: "single_label_classification",
      "transformers.js_config": { dtype: "fp32" },
    });
    expect(await store.readText("out/README.md")).toMatchInlineSnapshot(`
      "---
      pipeline_tag: image-classification
      library_name: transformers.js
      base_model: "timm/resnet18"
      tags:
      - "onnx"
      - "regraft"
      - "transfer-learning"
      metrics:
      - "accuracy"
      - "loss"
      ---

      # Ants | bees

      ## Measured

      | metric | value |
      |---|---|
      | accuracy | 0.9608 |
      | loss | 0.12 |

      ## Training

      | setting | value |
      |---|---|
      | Base model | timm/resnet18 |
      | Data set | hymenoptera |
      | optimizer | adam |

      ## Classes (2)

      \`ants\`, \`bees: "big"\`

      Input: \`pixel_values\`, float32, prepared as preprocessor_config.json says. Output: \`logits\`, [N, classes].
      "
    `);
  });

  test("refuses a folder that exists, and replaces it when told to", async () => {
    const written = await content();
    await writeModelFolder("out", written, { store });
    await store.write("out/old.txt", "old");
    await expect(writeModelFolder("out", written, { store })).rejects.toThrow(code("run-exists"));
    await writeModelFolder("out", written, { store, overwrite: true });
    expect(await store.list("out")).toEqual(["README.md", "config.json", "onnx", "preprocessor_config.json"]);
  });

  test("writes down the loss where it is told", async () => {
    const loss = { name: "meanSquaredError", labelSmoothing: 0 } as const;
    await writeModelFolder("out", { ...(await content()), problemType: "regression", loss }, { store });
    expect((await readModelFolder("out", { store })).config).toMatchObject({
      problem_type: "regression",
      regraft: { loss: "meanSquaredError", label_smoothing: 0 },
    });
  });

  test.each([
    ["pictures", ["out/a.jpg", "out/deep/b.jpg"]],
    ["a config.json and no model", ["out/config.json", "out/onnx/notes.txt"]],
    ["a model without its config.json", ["out/onnx/model.onnx"]],
  ])("never replaces a folder of %s", async (_, files) => {
    for (const file of files) await store.write(file, file);
    await expect(writeModelFolder("out", await content(), { store, overwrite: true })).rejects.toMatchObject({
      code: "run-exists",
      message: '"out" exists, and is not a model folder.',
    });
    for (const file of files) expect(await store.readText(file)).toBe(file);
  });

  test("never replaces a file", async () => {
    await store.write("out", "text");
    const failure = writeModelFolder("out", await content(), { store, overwrite: true });
    await expect(failure).rejects.toThrow(code("run-exists"));
    expect(await store.readText("out")).toBe("text");
  });

  test("replaces an empty folder", async () => {
    await store.makeFolder("out");
    await writeModelFolder("out", await content(), { store, overwrite: true });
    expect(await store.kind("out/onnx/model.onnx")).toBe("file");
  });

  test("leaves folders alone that have the names it would set things aside under", async () => {
    const written = await content();
    await writeModelFolder("runs/out", written, { store });
    for (const name of ["partial", "old"]) await store.write(`runs/out.${name}/mine.txt`, name);
    await writeModelFolder("runs/out", { ...written, labels: ["x", "y"] }, { store, overwrite: true });
    expect(await store.list("runs")).toEqual(["out", "out.old", "out.partial"]);
    for (const name of ["partial", "old"]) expect(await store.readText(`runs/out.${name}/mine.txt`)).toBe(name);
    expect((await readModelFolder("runs/out", { store })).labels).toEqual(["x", "y"]);
  });

  test("takes a name with a separator at its end, on the disk, for a new folder and for one that exists", async () => {
    const folder = await mkdtemp(join(tmpdir(), "regraft-write-"));
    try {
      const written = await content();
      const disk = nodeStore();
      await writeModelFolder(`${folder}/out//`, written, { store: disk });
      await writeModelFolder(`${folder}/out/`, { ...written, labels: ["x", "y"] }, { store: disk, overwrite: true });
      expect(await disk.list(folder)).toEqual(["out"]);
      expect((await readModelFolder(`${folder}/out`, { store: disk })).labels).toEqual(["x", "y"]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("leaves nothing behind when the disk fills up, and the old folder as it was", async () => {
    const written = await content();
    await writeModelFolder("runs/out", written, { store });
    const full = withWrite(store, async (path, bytes) => {
      if (path.endsWith("README.md")) throw new Error("no space left");
      await store.write(path, bytes);
    });
    await expect(
      writeModelFolder("runs/out", { ...written, labels: ["x", "y"] }, { store: full, overwrite: true }),
    ).rejects.toThrow("no space");
    expect(await store.list("runs")).toEqual(["out"]);
    expect((await readModelFolder("runs/out", { store })).labels).toEqual(written.labels);
  });

  test("refuses labels that do not fit the logits", async () => {
    const written = await content();
    await expect(writeModelFolder("out", { ...written, labels: ["one"] }, { store })).rejects.toThrow(
      "2 logits, but 1 labels",
    );
    expect(await store.kind("out")).toBeUndefined();
  });
});

function withWrite(store: Store, write: Store["write"]): Store {
  return new Proxy(store, {
    get: (target, key) => {
      if (key === "write") return write;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const real = shared("models/mobilenet_v2_1.0_224");

test.skipIf(!real)(`reads the real MobileNetV2 (${real ? "here" : whySkipped})`, async () => {
  const loaded = await readModelFolder(real ?? "", { store: nodeStore() });
  expect(loaded.preprocessing).toEqual(preprocessingPresets.tf);
  expect(loaded.labels).toHaveLength(1000);
  expect(loaded.labels?.[207]).toContain("golden retriever");
  expect(loaded.labelsSource).toBe("config.json");
  expect(loaded.config?.model_type).toBe("mobilenet_v2");
  expect(imageInput(loaded.model.graph)).toEqual({ name: "input", layout: "NCHW", height: 224, width: 224 });
});

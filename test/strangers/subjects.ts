import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import { floats, type Tensor } from "../../src/base/tensor.ts";
import { utf8 } from "../../src/base/utf8.ts";
import { encodeSafetensors } from "../../src/hub/safetensors.ts";
import { adapterFiles, prefix, suffixes } from "../../src/models/adapter-files.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import { encodeForDisk } from "../../src/onnx/encode-external.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { drawn } from "../fixtures/keras.ts";
import { hdf5, kerasArchive } from "../fixtures/keras-files.ts";
import { timmFiles } from "../fixtures/timm-files.ts";
import { writeTinyModel } from "../fixtures/tiny-model.ts";
import type { Files, Subject } from "./subject.ts";

const goldens = ["convnext", "densenet", "efficientnet", "mobilenet", "resnet", "vgg", "vit"].flatMap((name) => [
  `${name}.onnx`,
  `${name}.folded.onnx`,
  `${name}.dynamo.onnx`,
]);

/** Small real models in every form that is read, the same each time. */
export async function subjects(): Promise<readonly Subject[]> {
  return [
    ...(await Promise.all(goldens.map(onnx))),
    sketchnet(),
    await external(),
    timm(),
    ...(await kerasSubjects()),
    ...tensorFlowJs(),
    await zipped(),
    adapter(),
    run(),
  ];
}

/** One of them, by its name. */
export async function subjectNamed(name: string): Promise<Subject> {
  const found = (await subjects()).find((one) => one.name === name);
  if (found) return found;
  throw new Error(`there is no subject "${name}"`);
}

export const json = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

/** The bytes of a file that is there. */
export function fileOf(files: Files, path: string): Uint8Array {
  const bytes = files[path];
  if (bytes) return bytes;
  throw new Error(`there is no file "${path}"`);
}

async function tinyFolder(file: string): Promise<Files> {
  const store = memoryStore();
  await writeTinyModel(store, "/m", { file });
  const names = ["model.onnx", "config.json", "preprocessor_config.json"];
  const entries = await Promise.all(names.map(async (name) => [name, await store.read(`/m/${name}`)] as const));
  return Object.fromEntries(entries);
}

const onnx = async (file: string): Promise<Subject> => ({
  name: `onnx ${file}`,
  kind: "model",
  files: await tinyFolder(file),
  opens: "",
});

function sketchnet(): Subject {
  const read = (path: string) =>
    new Uint8Array(readFileSync(new URL(`../../models/sketchnet/${path}`, import.meta.url)));
  const names = ["onnx/model.onnx", "config.json", "preprocessor_config.json"];
  return {
    name: "onnx sketchnet",
    kind: "model",
    files: Object.fromEntries(names.map((name) => [name, read(name)])),
    opens: "",
  };
}

/** Weights in a file beside the model. */
async function external(): Promise<Subject> {
  const files = await tinyFolder("vgg.onnx");
  const model = decodeModel(fileOf(files, "model.onnx"));
  const { bytes, data = [] } = encodeForDisk(model, { dataFile: "model.onnx_data", mostBytes: 0 });
  const weights = Uint8Array.from(data.flatMap((piece) => [...piece]));
  return {
    name: "external data",
    kind: "model",
    files: { ...files, "model.onnx": bytes, "model.onnx_data": weights },
    opens: "",
  };
}

/** As timm's repositories have it: weights, and which network they are of. */
const timm = (): Subject => ({ name: "safetensors", kind: "model", files: timmFiles(3), opens: "" });

const layer = (kind: string, name: string, config: object = {}) => ({ class_name: kind, config: { name, ...config } });

/** A network of two layers with weights, as Keras describes it. @param shape the name of the input's shape */
export const kerasNetwork = (shape: "batch_shape" | "batch_input_shape") => ({
  class_name: "Sequential",
  config: {
    name: "net",
    layers: [
      layer("InputLayer", "picture", { [shape]: [null, 16, 16, 3] }),
      layer("Conv2D", "conv", {
        filters: 4,
        kernel_size: [3, 3],
        strides: [2, 2],
        padding: "same",
        activation: "relu",
      }),
      layer("BatchNormalization", "norm", { axis: -1 }),
      layer("GlobalAveragePooling2D", "mean"),
      layer("Dense", "answer", { units: 2, activation: "softmax" }),
    ],
  },
});

/** Its weights by the names of layers and parts. */
const kerasWeights: Readonly<Record<string, Readonly<Record<string, Tensor<"float32">>>>> = {
  conv: { kernel: drawn([3, 3, 3, 4], 1), bias: drawn([4], 2) },
  norm: {
    gamma: drawn([4], 3),
    beta: drawn([4], 4),
    moving_mean: drawn([4], 5),
    moving_variance: floats([1, 2, 3, 4]),
  },
  answer: { kernel: drawn([4, 2], 6), bias: drawn([2], 7) },
};

const named = (nameOf: (layer: string, part: string, at: number) => string) =>
  Object.fromEntries(
    Object.entries(kerasWeights).flatMap(([layer, parts]) =>
      Object.entries(parts).map(([part, value], at) => [nameOf(layer, part, at), value] as const),
    ),
  );

const kinds: Readonly<Record<string, string>> = { conv: "conv2d", norm: "batch_normalization", answer: "dense" };

async function kerasSubjects(): Promise<readonly Subject[]> {
  const numbered = await hdf5({ tensors: named((layer, _, at) => `layers/${kinds[layer]}/vars/${at}`) });
  const legacy = await hdf5({
    tensors: named((layer, part) => `model_weights/${layer}/${layer}/${part}:0`),
    texts: { model_config: JSON.stringify(kerasNetwork("batch_input_shape")), keras_version: "2.15.0" },
  });
  return [
    {
      name: "keras",
      kind: "model",
      files: { "net.keras": kerasArchive(kerasNetwork("batch_shape"), numbered) },
      opens: "net.keras",
    },
    { name: "hdf5", kind: "model", files: { "net.h5": legacy }, opens: "net.h5" },
  ];
}

/** Its weights in two files, a tensor across their border. */
function tensorFlowJsFiles(): Files {
  const weights = Object.entries(named((layer, part) => `${layer}/${part}`));
  const bytes = Uint8Array.from(weights.flatMap(([, { data }]) => [...new Uint8Array(data.buffer)]));
  const manifest = weights.map(([name, { shape }]) => ({ name, shape, dtype: "float32" }));
  return {
    "model.json": json({
      format: "layers-model",
      modelTopology: kerasNetwork("batch_input_shape"),
      weightsManifest: [{ paths: ["a.bin", "b.bin"], weights: manifest }],
    }),
    "metadata.json": json({ packageName: "@teachablemachine/image", labels: ["cat", "dog"] }),
    "a.bin": bytes.slice(0, 100),
    "b.bin": bytes.slice(100),
  };
}

function tensorFlowJs(): readonly Subject[] {
  const files = tensorFlowJsFiles();
  return [
    { name: "tensorflow.js", kind: "model", files, opens: "" },
    { name: "tensorflow.js in a zip", kind: "model", files: { "net.zip": zipSync({ ...files }) }, opens: "net.zip" },
  ];
}

async function zipped(): Promise<Subject> {
  const files = await tinyFolder("mobilenet.onnx");
  return { name: "onnx in a zip", kind: "model", files: { "net.zip": zipSync({ ...files }) }, opens: "net.zip" };
}

/** Factors for two of the tiny MobileNet's pointwise convolutions, and a new classifier. */
function adapter(): Subject {
  const factors = { "features.1.up.0": [32, 8], "features.2.proj.0": [12, 48] } as const;
  const tensors = Object.entries(factors).flatMap(([module, [outputs, inputs]]) => [
    [`${prefix}${module}${suffixes.A}`, drawn([2, inputs, 1, 1], 1)] as const,
    [`${prefix}${module}${suffixes.B}`, drawn([outputs, 2, 1, 1], 2)] as const,
  ]);
  const head = { "head.0.weight": drawn([2, 32], 3), "head.0.bias": drawn([2], 4) };
  const saved = Object.entries(head).map(([name, value]) => [`${prefix}${name}`, value] as const);
  return {
    name: "adapter",
    kind: "adapter",
    files: {
      [adapterFiles.config]: json({ peft_type: "LORA", base_model_name_or_path: "tiny", r: 2, lora_alpha: 4 }),
      [adapterFiles.about]: json({
        head: [{ kind: "dense", units: 2, init: "glorot-uniform" }],
        labels: ["cat", "dog"],
        loss: { loss: "softmaxCrossEntropy", label_smoothing: 0.1 },
        multi_label: false,
      }),
      [adapterFiles.tensors]: encodeSafetensors(Object.fromEntries([...tensors, ...saved]), { format: "pt" }),
    },
    opens: "",
  };
}

/** run.json and history.jsonl. */
function run(): Subject {
  const option = (value: unknown) => ({ value, from: "given" });
  const readings = { loss: 0.7, valLoss: 0.6, valAccuracy: 0.8 };
  const lines = [1, 2, 3].map((epoch) => `${JSON.stringify({ phase: "head", epoch, ...readings })}\n`);
  return {
    name: "run",
    kind: "run",
    files: {
      "run.json": json({
        status: "finished",
        started: "2026-01-02T03:04:05.000Z",
        options: { data: option("photos"), model: option("tiny"), metric: option("loss"), headEpochs: option(3) },
        classes: ["cat", "dog"],
        examples: { train: 20, val: 8 },
        base: { head: "classifier", features: 32 },
        loss: { name: "softmaxCrossEntropy", labelSmoothing: 0 },
        preprocessing: { resize: { kind: "exact", width: 32, height: 32 }, mean: [0.5, 0.5, 0.5] },
        versions: { regraft: "0.1.0" },
        result: { phases: [{ name: "head", epochs: 3, seconds: 2, ...readings }], ...readings, skipped: [] },
      }),
      "history.jsonl": utf8.encode(lines.join("")),
    },
    opens: "",
  };
}

import { readdirSync, readFileSync } from "node:fs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../test/safetensors.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import { random } from "../base/random.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats, type Tensor } from "../base/tensor.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import { type Graph, type Model, OPSET } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { cut } from "./cut.ts";
import { findHead } from "./find-head.ts";
import { graft } from "./graft.ts";
import { fixInput } from "./input.ts";
import { dense, relu } from "./layers.ts";
import { raiseOpset } from "./raise-opset.ts";
import { simplify } from "./simplify.ts";
import { splitFrozen } from "./split-frozen.ts";
import { selectTrainable, weightNames } from "./trainable.ts";

const folder = new URL("../../test/golden/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));
const read = (name: string): Model => decodeModel(readFileSync(new URL(name, folder)));
const golden = (name: string) => readSafetensors(new URL(`${name.split(".")[0]}.safetensors`, folder));

async function run(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, OrtTensor>> {
  const session = await InferenceSession.create(encodeModel(modelOf(graph)), { logSeverityLevel: 3 });
  const entries = Object.entries(feeds).map(([name, { data, shape }]) => {
    if (!(data instanceof Float32Array)) throw new Error(`${name} is not float32`);
    return [name, new OrtTensor("float32", data, [...shape])] as const;
  });
  return { ...(await session.run(Object.fromEntries(entries))) };
}

const first = (outputs: Record<string, OrtTensor>) =>
  Float32Array.from(Object.values(outputs)[0]?.data as Float32Array);

function prepared(name: string): Graph {
  return simplify(fixInput(simplify(raiseOpset(read(name)).graph), { height: 32, width: 32 }));
}

describe.each(files)("%s", (name) => {
  test("gives PyTorch's logits after raising, folding and fixing the input", async () => {
    const { input, logits } = golden(name);
    if (!input || !logits) throw new Error("incomplete golden file");
    const graph = prepared(name);
    expect(graph.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 5] }]);
    expect(first(await run(graph, { input }))).toBeAllclose(logits, { rtol: 1e-4, atol: 1e-5 });
  });

  test("has no Constant, Identity or computed Reshape target left", () => {
    const { nodes, initializers } = prepared(name);
    expect(nodes.filter(({ op }) => op === "Constant" || op === "Identity")).toEqual([]);
    expect(nodes.filter(({ op, inputs }) => op === "Reshape" && !initializers.has(inputs[1] ?? ""))).toEqual([]);
  });

  test("has its head found: the last Gemm, 5 classes", () => {
    const { node, nodes, kind, classes, logits, softmax } = findHead(prepared(name));
    expect({ nodes, kind, classes, logits, softmax }).toEqual({
      nodes: [node.name],
      kind: "Gemm",
      classes: 5,
      logits: "logits",
      softmax: false,
    });
  });

  test("counts every float parameter of the network as a weight, and nothing else", () => {
    const graph = prepared(name);
    const wanted = Object.keys(golden(name)).filter((key) => key.startsWith("grad."));
    const size = (names: readonly string[]) =>
      names.reduce((sum, key) => sum + (graph.initializers.get(key)?.data.length ?? 0), 0);
    const parameters = wanted.reduce((sum, key) => sum + (golden(name)[key]?.data.length ?? 0), 0);
    const merged = bnFolded.has(name) ? mergedSize(graph) : parameters - (equalNorms[name] ?? 0);
    expect(size(weightNames(graph))).toBe(merged);
  });

  test("runs in two halves as in one, split at any depth", async () => {
    const { input } = golden(name);
    if (!input) throw new Error("incomplete golden file");
    const graph = prepared(name);
    const whole = first(await run(graph, { input }));
    for (const lastLayers of [1, 3]) {
      const { prefix, suffix, boundary } = splitFrozen(graph, selectTrainable(graph, { unfreeze: { lastLayers } }));
      if (!prefix) throw new Error("a prefix was expected");
      const middle = await run(prefix, { input });
      const feeds = boundary.map((info) => [info.name, ofOrt(middle[info.name])] as const);
      expect(first(await run(suffix, Object.fromEntries(feeds)))).toBeAllclose(whole, { rtol: 1e-5, atol: 1e-6 });
    }
  });
});

/** Exports in which BatchNormalization went into the convolutions. */
const bnFolded = new Set(
  ["mobilenet", "efficientnet", "resnet"].flatMap((name) => [`${name}.folded.onnx`, `${name}.dynamo.onnx`]),
);

/** LayerNorm parameters that the exporter stored once, because they were equal when it ran. */
const equalNorms: Readonly<Record<string, number>> = { "convnext.dynamo.onnx": 2 * 16 + 32, "vit.dynamo.onnx": 4 * 32 };

/** All Conv and Gemm weights of a graph that has no other layers. */
function mergedSize({ nodes, initializers }: Graph): number {
  const names = nodes.filter(({ op }) => op === "Conv" || op === "Gemm").flatMap(({ inputs }) => inputs.slice(1));
  return [...new Set(names)].reduce((sum, name) => sum + (initializers.get(name)?.data.length ?? 0), 0);
}

function ofOrt(value: OrtTensor | undefined): Tensor {
  if (!(value?.data instanceof Float32Array)) throw new Error("a float32 tensor was expected");
  return { dtype: "float32", shape: value.dims, data: Float32Array.from(value.data) };
}

const path = shared("models/mobilenet_v2_1.0_224/model.onnx");

describe.skipIf(!path)(`MobileNetV2 with ImageNet weights (${path ? "here" : whySkipped})`, () => {
  const model = path ? decodeModel(readFileSync(path)) : read("vgg.onnx");
  const shape: StaticShape = [2, 3, 224, 224];
  const noise = random(1);
  const input = floats(
    Float32Array.from({ length: sizeOf(shape) }, () => noise.uniform(-1, 1)),
    shape,
  );

  test("has the last Gemm as its head: 1280 features, 1000 classes", () => {
    const head = findHead(simplify(raiseOpset(model).graph));
    expect(head).toMatchObject({
      nodes: ["/classifier"],
      kind: "Gemm",
      features: "pooled",
      featureSize: 1280,
      classes: 1000,
      logits: "logits",
      softmax: false,
    });
    expect(head.reason).toBe(
      'Gemm "/classifier" is the last layer with weights: nothing lies between it and the output "logits".',
    );
  });

  test("is raised and sized without a change of its logits, and shares its weights", async () => {
    const raised = raiseOpset(model);
    expect(raised.opsets.get("")).toBe(OPSET);
    const graph = fixInput(simplify(raised.graph), { height: 224, width: 224 });
    expect(graph.initializers.get("classifier.weight")).toBe(model.graph.initializers.get("classifier.weight"));
    const [before, after] = [await run(model.graph, { input }), await run(graph, { input })];
    expect(first(after)).toBeAllclose(first(before), { rtol: 0, atol: 0 });
  });

  test("gives with a graft what the features times the new weights are", async () => {
    const base = cut(fixInput(simplify(raiseOpset(model).graph), { height: 224, width: 224 }), "pooled");
    const { graph, added } = graft(base, [dense(8, { init: "he-uniform" }), relu(), dense(1)], { rng: random(3) });
    expect(added).toEqual(["head.0.weight", "head.0.bias", "head.2.weight", "head.2.bias"]);
    const features = first(await run(base, { input }));
    const hidden = dense64(features, graph.initializers.get("head.0.weight"), 8).map((x) => Math.max(0, x));
    const logits = dense64(Float32Array.from(hidden), graph.initializers.get("head.2.weight"), 1);
    expect(first(await run(graph, { input }))).toBeAllclose(logits, { rtol: 1e-4, atol: 1e-5 });
  });
});

/** x·Wᵀ for x [2, in] and W [units, in], in float64. */
function dense64(x: Float32Array, W: Tensor | undefined, units: number): number[] {
  if (!(W?.data instanceof Float32Array)) throw new Error("a float32 weight was expected");
  const size = x.length / 2;
  const weights = W.data;
  return Array.from({ length: 2 * units }, (_, at) => {
    const [row, unit] = [Math.floor(at / units), at % units];
    let sum = 0;
    for (let i = 0; i < size; i++) sum += (x[row * size + i] ?? 0) * (weights[unit * size + i] ?? 0);
    return sum;
  });
}

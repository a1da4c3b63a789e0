import { readdirSync, readFileSync } from "node:fs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../test/safetensors.ts";
import { numbersOf, type Tensor } from "../base/tensor.ts";
import { extend, type GraphBuilder, type Value } from "../onnx/builder.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { raiseOpset } from "../rewrite/raise-opset.ts";
import { backward } from "./backward.ts";

const folder = new URL("../../test/golden/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));

type Golden = Readonly<Record<string, Tensor>>;

/** How many of the network's parameters keep their name and their own gradient in each export. */
const comparable: Readonly<Record<string, string>> = {
  "convnext.onnx": "30 of 30",
  "convnext.folded.onnx": "26 of 30",
  "convnext.dynamo.onnx": "16 of 30",
  "densenet.onnx": "9 of 9",
  "densenet.folded.onnx": "9 of 9",
  "densenet.dynamo.onnx": "9 of 9",
  "efficientnet.onnx": "34 of 34",
  "efficientnet.folded.onnx": "10 of 34",
  "efficientnet.dynamo.onnx": "10 of 34",
  "mobilenet.onnx": "26 of 26",
  "mobilenet.folded.onnx": "2 of 26",
  "mobilenet.dynamo.onnx": "2 of 26",
  "resnet.onnx": "32 of 32",
  "resnet.folded.onnx": "2 of 32",
  "resnet.dynamo.onnx": "2 of 32",
  "vgg.onnx": "10 of 10",
  "vgg.folded.onnx": "10 of 10",
  "vgg.dynamo.onnx": "10 of 10",
  "vit.onnx": "32 of 32",
  "vit.folded.onnx": "24 of 32",
  "vit.dynamo.onnx": "14 of 32",
};

describe.each(files)("%s", (file) => {
  test("has PyTorch's logits, loss and gradients", async () => {
    const [network = ""] = file.split(".");
    const golden = readSafetensors(new URL(`${network}.safetensors`, folder));
    const graph = read(file);
    const parameters = parametersOf(graph, read(`${network}.onnx`), golden);
    const all = Object.keys(golden).filter((name) => name.startsWith("grad."));
    expect(`${parameters.size} of ${all.length}`).toBe(comparable[file]);
    const results = await run(differentiated(graph, [...parameters.keys()]), golden);
    const logits = numbersOf(at(golden, "logits"));
    expect(results.logits).toBeAllclose(logits, { rtol: 0, atol: 1e-5 * Math.max(...logits.map(Math.abs)) });
    expect(results.loss).toBeAllclose(at(golden, "loss"), { rtol: 1e-5 });
    for (const [name, merged] of parameters) {
      const expected = sum(merged.map((one) => at(golden, `grad.${one}`)));
      const largest = Math.max(...expected.map(Math.abs));
      expect(results[`grad.${name}`], name).toBeAllclose(expected, { rtol: 0, atol: 1e-4 * largest });
    }
  });
});

const read = (file: string): Graph => raiseOpset(decodeModel(readFileSync(new URL(file, folder)))).graph;

/**
 * The tensors of an export that PyTorch has gradients for, each with the parameters that it stands for. An exporter that
 * finds two equal weights keeps one and makes the other by Identity, or has both nodes read it; then only the sum of
 * their gradients, or nothing, can be compared. Nor can weights that were merged with BatchNormalization: those differ
 * from the plain export's.
 */
function parametersOf(graph: Graph, plain: Graph, golden: Golden): ReadonlyMap<string, readonly string[]> {
  const copies = graph.nodes.filter(({ op }) => op === "Identity");
  const readers = (name: string) => graph.nodes.filter(({ op, inputs }) => op !== "Identity" && inputs.includes(name));
  const isPlain = (name: string) => {
    const [own, other] = [graph.initializers.get(name), plain.initializers.get(name)];
    return own === undefined || other === undefined || `${own.data}` === `${other.data}`;
  };
  const merged = (name: string) => [
    name,
    ...copies.flatMap(({ inputs: [from], outputs }) => (from === name ? outputs : [])),
  ];
  return new Map(
    [...graph.initializers.keys(), ...copies.flatMap(({ outputs }) => outputs)]
      .filter((name) => golden[`grad.${name}`] && isPlain(name) && readers(name).length <= 1)
      .map((name) => [name, merged(name)]),
  );
}

function sum(tensors: readonly Tensor[]): readonly number[] {
  const numbers = tensors.map(numbersOf);
  return (numbers[0] ?? []).map((_, at) => numbers.reduce((total, one) => total + (one[at] ?? 0), 0));
}

/** The graph with the mean softmax cross-entropy over the batch, and its gradients. */
function differentiated(graph: Graph, weights: readonly string[]): Graph {
  const g = extend(graph, { prefix: "step." });
  const logits = g.value("logits");
  const loss = crossEntropy(g, logits, g.input("labels", "int64", ["N"]));
  const gradients = backward(g, { nodes: g.nodes(), output: loss, wrt: weights });
  const named = [...gradients].map(([name, gradient]) => g.named(`grad.${name}`, gradient));
  return g.build([logits, g.named("loss", loss), ...named]);
}

function crossEntropy(g: GraphBuilder, logits: Value, labels: Value): Value {
  const picked = g.GatherElements(g.LogSoftmax(logits), g.Unsqueeze(labels, g.ints([1])), { axis: 1 });
  return g.Neg(g.ReduceMean(picked, undefined, { keepdims: 0 }));
}

async function run(graph: Graph, golden: Golden): Promise<Readonly<Record<string, ArrayLike<number>>>> {
  const session = await InferenceSession.create(encodeModel(modelOf(graph)), { logSeverityLevel: 3 });
  const [input, labels] = [at(golden, "input"), at(golden, "labels")];
  const results = await session.run({
    [graph.inputs[0]?.name ?? ""]: new OrtTensor("float32", Float32Array.from(numbersOf(input)), input.shape),
    labels: new OrtTensor("int64", BigInt64Array.from(numbersOf(labels), BigInt), labels.shape),
  });
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

function at(golden: Golden, name: string): Tensor {
  const value = golden[name];
  if (!value) throw new Error(`the golden file has no "${name}"`);
  return value;
}

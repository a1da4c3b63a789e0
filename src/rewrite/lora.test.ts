import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { goldenGraph, goldenTensors } from "../../test/golden.ts";
import { gradientError } from "../../test/reference/central-differences.ts";
import { scalarOf } from "../../test/reference/elements.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { backward } from "../autodiff/backward.ts";
import { type Random, random } from "../base/random.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import { extend, graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { addLora, type Lora, loraWeights } from "./lora.ts";
import { chooseLayers, loraLayers } from "./lora-layers.ts";
import { mergeLora } from "./merge-lora.ts";
import { weightNames } from "./trainable.ts";
import { withWeights } from "./weights.ts";

const drawn = (shape: StaticShape, rng: Random) =>
  floats(
    Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1)),
    shape,
  );

function adapted(graph: Graph, { rank = 2, alpha = 2 } = {}) {
  const { layers } = chooseLayers(loraLayers(graph, weightNames(graph)), { rank });
  return addLora(graph, layers, { rank, alpha, rng: random(1) });
}

/** The graph with all adapters' factors drawn anew, so that B is no longer 0. */
const trained = (graph: Graph, lora: Lora): Graph =>
  withWeights(
    graph,
    Object.fromEntries(
      loraWeights(lora).map((name) => [name, drawn(graph.initializers.get(name)?.shape ?? [], random(2).fork(name))]),
    ),
  );

type Fusions = "all" | "disabled";

async function logitsOf(graph: Graph, input: Tensor, graphOptimizationLevel: Fusions = "all"): Promise<Float32Array> {
  const session = await InferenceSession.create(encodeModel(modelOf(graph)), {
    logSeverityLevel: 3,
    graphOptimizationLevel,
  });
  if (!(input.data instanceof Float32Array)) throw new Error("a float32 input was expected");
  const results = await session.run({
    [graph.inputs[0]?.name ?? ""]: new OrtTensor("float32", input.data, input.shape),
  });
  await session.release();
  const data = results[graph.outputs[0]?.name ?? ""]?.data;
  if (!(data instanceof Float32Array)) throw new Error("float32 logits were expected");
  return data;
}

const networks = ["vit", "mobilenet", "convnext", "resnet"].flatMap((name) =>
  ["onnx", "folded.onnx", "dynamo.onnx"].map((end) => `${name}.${end}`),
);

describe.each(networks)("%s", (file) => {
  const base = goldenGraph(file);
  const input = goldenTensors(`${file.split(".")[0]}.safetensors`)("input");
  const { graph, lora } = adapted(base);

  test("computes to the last bit what its base does, as long as B is 0", async () => {
    expect(lora.adapters.length).toBeGreaterThan(2);
    expect(await logitsOf(graph, input, "disabled")).toEqual(await logitsOf(base, input, "disabled"));
    // A sum behind a layer keeps the engine from fusing it with the next one: the last bit may round the other way.
    expect(await logitsOf(graph, input)).toBeAllclose(await logitsOf(base, input), { rtol: 0, atol: 1e-6 });
  });

  test("computes merged what it does unmerged", async () => {
    const apart = trained(graph, lora);
    const merged = mergeLora(apart, lora);
    expect(merged.nodes).toEqual(base.nodes);
    expect([...merged.initializers.keys()]).toEqual([...base.initializers.keys()]);
    const expected = await logitsOf(apart, input);
    expect(await logitsOf(merged, input)).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-5 });
    expect(expected).not.toBeAllclose(await logitsOf(base, input), { rtol: 0.1, atol: 0.1 });
  });
});

/** Each kind of layer in each of its forms, around one picture: [N, 4, 4, 4] in, [3, N] out. */
function everyForm(): Graph {
  const g = graphBuilder();
  const weight = (name: string, ...shape: readonly number[]) => g.initializer(name, drawn(shape, random(3).fork(name)));
  const X = g.input("X", "float32", ["N", 4, 4, 4]);
  const C = g.Conv(X, weight("point.weight", 5, 4, 1, 1), weight("point.bias", 5), {
    strides: [2, 2],
    pads: [1, 0, 0, 1],
  });
  const rows = g.Reshape(g.Tanh(C), g.ints([0, 5, -1]));
  const M = g.MatMul(g.Transpose(rows, { perm: [0, 2, 1] }), weight("mix.weight", 5, 4));
  const flat = g.ReduceMean(g.Tanh(g.Add(M, weight("mix.bias", 4))), g.ints([1]), { keepdims: 0 });
  const tall = g.Gemm(flat, weight("tall.weight", 4, 6), weight("tall.bias", 6), { alpha: 0.5, beta: 2 });
  const wide = g.Gemm(g.Transpose(g.Tanh(tall), { perm: [1, 0] }), weight("wide.weight", 3, 6), undefined, {
    transA: 1,
    transB: 1,
  });
  return g.build([wide]);
}

const picture = { X: drawn([2, 4, 4, 4], random(4)) };
const magnitudes = (value: Tensor | undefined) => (value ? numbersOf(value).map(Math.abs) : []);
const scalar = (value: Tensor | undefined) => (value ? Number(scalarOf(value)) : Number.NaN);

describe("a branch of each form", () => {
  const base = everyForm();
  const { graph, lora } = adapted(base, { rank: 2, alpha: 3 });
  const apart = trained(graph, lora);

  test("has factors of PEFT's shapes, A uniform in ±1/√inputs, B of zeros", () => {
    const shapes = loraWeights(lora).map((name) => [name, graph.initializers.get(name)?.shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      "point.lora_A.weight": [2, 4, 1, 1],
      "point.lora_B.weight": [5, 2, 1, 1],
      "mix.lora_A.weight": [2, 5],
      "mix.lora_B.weight": [4, 2],
      "tall.lora_A.weight": [2, 4],
      "tall.lora_B.weight": [6, 2],
      "wide.lora_A.weight": [2, 6],
      "wide.lora_B.weight": [3, 2],
    });
    for (const { A, B, matrix } of lora.adapters) {
      const drawnA = magnitudes(graph.initializers.get(A));
      const bound = 1 / Math.sqrt(matrix.inputs);
      expect(Math.max(...drawnA)).toBeLessThanOrEqual(bound);
      expect(Math.max(...drawnA)).toBeGreaterThan(0.5 * bound);
      expect(new Set(magnitudes(graph.initializers.get(B)))).toEqual(new Set([0]));
    }
  });

  test("has gradients that agree with central differences in float64", () => {
    const factors = loraWeights(lora);
    const open: Graph = {
      ...apart,
      inputs: [
        ...apart.inputs,
        ...factors.map((name) => ({ name, dtype: "float32" as const, shape: apart.initializers.get(name)?.shape })),
      ],
      initializers: new Map([...apart.initializers].filter(([name]) => !factors.includes(name))),
    };
    const g = extend(open, { prefix: "judge." });
    const weighed = g.Mul(g.value(open.outputs[0]?.name ?? ""), g.constant(drawn([2, 3], random(5))));
    const loss = g.ReduceSum(weighed, undefined, { keepdims: 0 });
    const forward = g.build([loss]);
    const gradients = backward(g, { nodes: g.nodes(), output: loss, wrt: factors });
    const feeds = {
      ...picture,
      ...Object.fromEntries(factors.map((name) => [name, apart.initializers.get(name) ?? floats([])])),
    };
    const results = evaluate(g.build([...gradients.values()]), feeds);
    for (const [name, { name: gradient }] of gradients) {
      const error = gradientError(
        { loss: (given) => scalar(evaluate(forward, given)[loss.name]), feeds, name },
        results[gradient] ?? floats([]),
        random(6),
      );
      expect(error, name).toBeLessThan(1e-7);
      expect(Math.max(...magnitudes(results[gradient])), name).toBeGreaterThan(1e-3);
    }
  });

  test("is scaled by alpha / rank, and merges in float64 to one rounding", () => {
    const output = base.outputs[0]?.name ?? "";
    const of = (of: Graph) => evaluate(of, picture)[output] ?? floats([]);
    expect(of(mergeLora(apart, lora))).toBeAllclose(of(apart), { rtol: 1e-6, atol: 1e-6 });
    const halved = evaluate(mergeLora(apart, { ...lora, alpha: 1.5 }), picture)[output] ?? floats([]);
    expect(halved).not.toBeAllclose(of(apart), { rtol: 1e-2 });
  });

  test("leaves a weight that two layers share shared", () => {
    const g = graphBuilder();
    const W = g.initializer("tied.weight", drawn([4, 4], random(7)));
    const twice = g.build([g.MatMul(g.Relu(g.MatMul(g.input("X", "float32", ["N", 4]), W)), W)]);
    const { graph: both, lora: one } = adapted(twice);
    expect(one.adapters.map(({ places }) => places.length)).toEqual([2]);
    const other = trained(both, one);
    const feeds = { X: drawn([3, 4], random(8)) };
    const output = twice.outputs[0]?.name ?? "";
    const merged = evaluate(mergeLora(other, one), feeds)[output] ?? floats([]);
    expect(merged).toBeAllclose(evaluate(other, feeds)[output] ?? floats([]), { rtol: 1e-6, atol: 1e-6 });
    expect(mergeLora(other, one).nodes).toEqual(twice.nodes);
  });
});

test("equal seeds draw equal factors, whatever other layers are adapted", () => {
  const base = everyForm();
  const all = adapted(base);
  const { layers } = chooseLayers(loraLayers(base, weightNames(base)), { rank: 2, targets: ["wide"] });
  const alone = addLora(base, layers, { rank: 2, alpha: 2, rng: random(1) });
  expect(alone.graph.initializers.get("wide.lora_A.weight")).toEqual(all.graph.initializers.get("wide.lora_A.weight"));
});

import { describe, expect, test } from "vitest";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { random } from "../base/random.ts";
import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import type { AttributeOptions } from "../onnx/ops.ts";
import { validateGraph } from "../onnx/validate.ts";
import { winograd } from "./winograd.ts";

const drawn = (seed: number, shape: readonly number[]) => {
  const rng = random(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return floats(
    Float32Array.from({ length: size }, () => rng.next() - 0.5),
    shape,
  );
};

interface Case {
  readonly channels?: readonly [inputs: number, outputs: number];
  readonly picture?: readonly [height: number | string, width: number | string];
  readonly kernel?: number;
  readonly bias?: boolean;
  readonly options?: AttributeOptions<"Conv">;
}

function convolution({ channels: [C, K] = [512, 512], picture = [4, 6], kernel = 3, bias, options }: Case) {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", C, ...picture]);
  const W = g.initializer("W", drawn(1, [K, C, kernel, kernel]));
  const B = bias ? g.initializer("B", drawn(2, [K])) : undefined;
  return g.build([g.named("Y", g.Relu(g.Conv(X, W, B, { pads: [1, 1, 1, 1], ...options })))]);
}

/** Sums of 4608 products that lie around 0: their rounding is that of numbers of about 6. */
async function expectAlike(written: Graph, graph: Graph, feeds: Readonly<Record<string, Tensor>>) {
  const [expected, got] = [await runInOnnxruntime(graph, feeds), await runInOnnxruntime(written, feeds)];
  for (const { name } of graph.outputs) {
    const wanted = numbersOf(expected[name] ?? floats([], [0]));
    expect(wanted.length).toBeGreaterThan(0);
    expect(numbersOf(got[name] ?? floats([], [0]))).toBeAllclose(wanted, { rtol: 1e-5, atol: 2e-5 });
  }
}

describe("large convolutions are written as Winograd's, with the same numbers", () => {
  test.each<[string, Case]>([
    ["a bias", { bias: true }],
    ["no bias", {}],
    ["one 2 x 2", { picture: [2, 2], bias: true }],
    ["other channels behind than before", { channels: [384, 1024], picture: [6, 4] }],
    ["padding by name", { options: { pads: undefined, auto_pad: "SAME_UPPER" } }],
  ])("%s", async (_, one) => {
    const graph = convolution(one);
    const written = winograd(graph);
    validateGraph(written);
    expect(written.nodes.filter(({ op }) => op === "Conv")).toHaveLength(32);
    expect(written.outputs).toEqual(graph.outputs);
    const feeds = { X: drawn(3, [3, ...(graph.inputs[0]?.shape ?? []).slice(1).map(Number)]) };
    await expectAlike(written, graph, feeds);
  });
});

describe("all else stays the graph that it is", () => {
  test.each<[string, Case]>([
    ["fewer channels, where it would not be quicker", { channels: [256, 512] }],
    ["an odd height", { picture: [5, 6] }],
    ["a width that is not known", { picture: [4, "W"] }],
    ["a stride", { options: { strides: [2, 2] } }],
    ["a dilation", { options: { dilations: [2, 2], pads: [2, 2, 2, 2] } }],
    ["padding that is declared and not meant", { options: { auto_pad: "VALID" } }],
    ["no padding", { options: { pads: [0, 0, 0, 0] } }],
    ["padding on some sides", { options: { pads: [0, 0, 1, 1] } }],
    ["a kernel of one pixel", { kernel: 1, options: { pads: [0, 0, 0, 0] } }],
  ])("%s", (_, one) => {
    const graph = convolution(one);
    expect(winograd(graph)).toBe(graph);
  });

  test("groups of channels", () => {
    const g = graphBuilder();
    const W = g.initializer("W", drawn(1, [512, 512, 3, 3]));
    const graph = g.build([g.Conv(g.input("X", "float32", [1, 1024, 4, 4]), W, { pads: [1, 1, 1, 1], group: 2 })]);
    expect(winograd(graph)).toBe(graph);
  });

  test("weights that are no constants, as trained ones are", () => {
    const g = graphBuilder();
    const W = g.input("W", "float32", [512, 512, 3, 3]);
    const graph = g.build([g.Conv(g.input("X", "float32", [1, 512, 4, 4]), W, { pads: [1, 1, 1, 1] })]);
    expect(winograd(graph)).toBe(graph);
  });
});

test("weights and bias that something else reads stay there for it", async () => {
  const g = graphBuilder();
  const [X, W] = [g.input("X", "float32", [1, 512, 2, 2]), g.initializer("W", drawn(1, [512, 512, 3, 3]))];
  const B = g.initializer("B", drawn(2, [512]));
  const pads = [1, 1, 1, 1];
  const graph = g.build([g.Conv(X, W, B, { pads }), g.Add(g.Conv(X, W, { pads }), g.ReduceSum(W)), g.Relu(B)]);
  const written = winograd(graph);
  const feeds = { X: drawn(3, [1, 512, 2, 2]) };
  await expectAlike(written, graph, feeds);
});

test("weights that only a branch reads stay there for it", () => {
  const g = graphBuilder();
  const [X, W] = [g.input("X", "float32", [1, 512, 2, 2]), g.initializer("W", drawn(1, [512, 512, 3, 3]))];
  const graph = g.build([g.Conv(X, W, { pads: [1, 1, 1, 1] })]);
  const taken = { name: "taken", op: "Identity", domain: "", inputs: ["W"], outputs: ["again"], attributes: {} };
  const branch: Graph = { name: "branch", inputs: [], outputs: [], nodes: [taken], initializers: new Map() };
  const attributes = { then_branch: { kind: "graph", value: branch } } as const;
  const choice = { name: "if", op: "If", domain: "", inputs: ["B"], outputs: ["kept"], attributes };
  const inputs = [...graph.inputs, { name: "B", dtype: "bool", shape: [] } as const];
  const written = winograd({ ...graph, inputs, nodes: [...graph.nodes, choice] });
  expect(written.nodes.length).toBeGreaterThan(30);
  expect(written.initializers.has("W")).toBe(true);
});

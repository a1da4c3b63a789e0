import { describe, expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { printGraph } from "../onnx/print.ts";
import { splitFrozen } from "./split-frozen.ts";
import { selectTrainable, weightNames } from "./trainable.ts";
import { widenSingleLogit, withWeights } from "./weights.ts";

const weight = (g: GraphBuilder, name: string, ...shape: readonly number[]) =>
  g.initializer(name, floats(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape));

/** Normalization, Conv, BatchNorm, Clip, a residual Conv, Gemm. */
function network(): Graph {
  const g = graphBuilder();
  const X = g.Mul(g.input("X", "float32", ["N", 3, 8, 8]), weight(g, "scale-of-input", 1, 3, 1, 1));
  const [scale, B] = [weight(g, "bn.scale", 4), weight(g, "bn.B", 4)];
  const [mean, variance] = [weight(g, "bn.mean", 4), weight(g, "bn.var", 4)];
  const stem = g.BatchNormalization(g.Conv(X, weight(g, "stem", 4, 3, 3, 3)), scale, B, mean, variance);
  const relu6 = g.Clip(stem, g.float(0), g.float(6));
  const block = g.Add(relu6, g.Mul(g.Conv(relu6, weight(g, "block", 4, 4, 1, 1)), weight(g, "gamma", 4, 1, 1)));
  const features = g.Flatten(g.GlobalAveragePool(g.Mul(block, g.float(0.5))));
  return g.build([g.Gemm(features, weight(g, "fc.weight", 2, 4), weight(g, "fc.bias", 2), { transB: 1 })]);
}

const head = ["fc.weight", "fc.bias"];
const select = (unfreeze: Parameters<typeof selectTrainable>[1]["unfreeze"]) =>
  selectTrainable(network(), { unfreeze, always: head });

describe("weights", () => {
  test("are what layers learn: no running statistics, bounds, scalars or preprocessing", () => {
    expect(weightNames(network())).toEqual(["stem", "bn.scale", "bn.B", "block", "gamma", ...head]);
  });

  test("are the slopes of a PRelu, one for all or one for each channel", () => {
    const g = graphBuilder();
    const X = g.PRelu(g.input("X", "float32", ["N", 4, 2, 2]), weight(g, "each", 4, 1, 1));
    expect(weightNames(g.build([g.PRelu(X, weight(g, "one", 1))]))).toEqual(["each", "one"]);
  });

  test("are not what is also read as something else", () => {
    const g = graphBuilder();
    const shared = weight(g, "shared", 4);
    const Y = g.BatchNormalization(
      g.input("X", "float32", ["N", 4, 2, 2]),
      shared,
      weight(g, "B", 4),
      weight(g, "m", 4),
      shared,
    );
    expect(weightNames(g.build([Y]))).toEqual(["B"]);
  });
});

describe("selectTrainable", () => {
  test("none leaves the head", () => expect(select("none")).toEqual(head));
  test("all takes every weight", () => expect(select("all")).toEqual(weightNames(network())));
  test("the last layers are counted in the base", () => {
    expect(select({ lastLayers: 2 })).toEqual(["block", "gamma", ...head]);
    expect(select({ lastLayers: 3 })).toEqual(["bn.scale", "bn.B", "block", "gamma", ...head]);
    expect(select({ lastLayers: 0 })).toEqual(head);
    expect(select({ lastLayers: 99 })).toEqual(weightNames(network()));
  });
  test("from a node on, that node included", () =>
    expect(select({ from: "Conv_2" })).toEqual(["block", "gamma", ...head]));

  test("from the first node of a module on, as exporters write its path", () => {
    const g = graphBuilder();
    const names = [
      "/net/layer1/layer1.0/conv1/Conv",
      "/net/layer2/layer2.0/conv1/Conv",
      "layer3.0.conv1",
      "/layer31/Conv",
    ];
    let X = g.input("X", "float32", ["N", 1, 4, 4]);
    for (const [at, name] of names.entries()) {
      const W = g.initializer(`W${at}`, floats([1], [1, 1, 1, 1]));
      const made = g.copy({
        name,
        op: "Conv",
        domain: "",
        inputs: [X.name, W.name],
        outputs: [`Y${at}`],
        attributes: {},
      });
      X = made[0] ?? X;
    }
    const graph = g.build([X]);
    const from = (module: string) => selectTrainable(graph, { unfreeze: { from: module } });
    expect(from("net")).toEqual(["W0", "W1", "W2", "W3"]);
    expect(from("layer2")).toEqual(["W1", "W2", "W3"]);
    expect(from("layer2.0")).toEqual(["W1", "W2", "W3"]);
    expect(from("layer3")).toEqual(["W2", "W3"]);
    expect(() => from("layer")).toThrow(expect.objectContaining({ code: "no-such-node" }));
  });

  test("an unknown node is answered with the nearest", () => {
    expect(() => select({ from: "conv2" })).toThrow(
      expect.objectContaining({ code: "no-such-node", hint: expect.stringContaining('"Conv_2"') }),
    );
  });

  test("nothing at all is an error", () => {
    expect(() => selectTrainable(network(), { unfreeze: "none" })).toThrow(
      expect.objectContaining({ code: "nothing-to-train" }),
    );
  });
});

describe("splitFrozen", () => {
  test("puts the boundary where the first trainable weight comes in", () => {
    const { prefix, suffix, boundary } = splitFrozen(network(), head);
    expect(boundary).toEqual([{ name: "Flatten_1", dtype: "float32", shape: ["N", 4] }]);
    expect(prefix?.outputs).toEqual(boundary);
    expect(printGraph(suffix)).toMatchInlineSnapshot(`
      "input %Flatten_1 float32[N,4]
      weight fc.weight float32[2,4]
      %Gemm_1[N,2] = Gemm(%Flatten_1, fc.weight, [0,0]) {transB=1}
      output %Gemm_1"
    `);
    expect(prefix?.nodes.length).toBe(network().nodes.length - 1);
  });

  test("a frozen tensor that is read twice stands there once", () => {
    const { suffix, boundary } = splitFrozen(network(), ["block"]);
    expect(boundary.map(({ name }) => name)).toEqual(["Clip_1"]);
    expect(printGraph(suffix)).toMatchInlineSnapshot(`
      "input %Clip_1 float32[N,4,6,6]
      weight block float32[4,4,1,1]
      weight gamma float32[4,1,1]
      weight fc.weight float32[2,4]
      %Conv_2[N,4,6,6] = Conv(%Clip_1, block)
      %Mul_2[N,4,6,6] = Mul(%Conv_2, gamma)
      %Add_1[N,4,6,6] = Add(%Clip_1, %Mul_2)
      %Mul_3[N,4,6,6] = Mul(%Add_1, (0.5))
      %GlobalAveragePool_1[N,4,1,1] = GlobalAveragePool(%Mul_3)
      %Flatten_1[N,4] = Flatten(%GlobalAveragePool_1)
      %Gemm_1[N,2] = Gemm(%Flatten_1, fc.weight, [0,0]) {transB=1}
      output %Gemm_1"
    `);
  });

  test("keeps all frozen tensors that trained nodes read", () => {
    const { boundary } = splitFrozen(network(), ["gamma"]);
    expect(boundary.map(({ name }) => name)).toEqual(["Clip_1", "Conv_2"]);
  });

  test("has no prefix where training starts at the input", () => {
    const g = graphBuilder();
    const graph = g.build([g.Conv(g.input("X", "float32", ["N", 3, 8, 8]), weight(g, "W", 4, 3, 3, 3))]);
    const { prefix, suffix, boundary } = splitFrozen(graph, ["W"]);
    expect(prefix).toBeUndefined();
    expect(boundary).toEqual(graph.inputs);
    expect(suffix.nodes).toEqual(graph.nodes);
  });

  test("a Dropout belongs to the trained part: it drops something else in every step", () => {
    const g = graphBuilder();
    const dropped = g.Dropout(g.Relu(g.input("X", "float32", ["N", 3])), g.float(0.5));
    const graph = g.build([g.Gemm(dropped, weight(g, "W", 3, 2))]);
    const { prefix, suffix, boundary } = splitFrozen(graph, ["W"]);
    expect(prefix?.nodes.map(({ op }) => op)).toEqual(["Relu"]);
    expect(boundary.map(({ name }) => name)).toEqual(["Relu_1"]);
    expect(suffix.nodes.map(({ op }) => op)).toEqual(["Dropout", "Gemm"]);
  });

  test("a weight that no output depends on cannot be trained", () => {
    const g = graphBuilder();
    weight(g, "unused", 3);
    const graph = g.build([g.Relu(g.input("X", "float32", ["N"]))]);
    expect(() => splitFrozen(graph, ["unused"])).toThrow(expect.objectContaining({ code: "nothing-to-train" }));
  });
});

describe("withWeights", () => {
  test("replaces numbers and shares the rest", () => {
    const graph = network();
    const bias = floats([1, 2]);
    const changed = withWeights(graph, { "fc.bias": bias });
    expect(changed.initializers.get("fc.bias")).toBe(bias);
    expect(changed.initializers.get("stem")).toBe(graph.initializers.get("stem"));
    expect(graph.initializers.get("fc.bias")).toEqual(floats([0, 0]));
  });

  test("refuses another shape and an unknown name", () => {
    expect(() => withWeights(network(), { "fc.bias": floats([1]) })).toThrow(
      expect.objectContaining({ code: "bad-shape" }),
    );
    expect(() => withWeights(network(), { "fc.bais": floats([1, 2]) })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('"fc.bias"') }),
    );
  });
});

describe("widenSingleLogit", () => {
  const single = (
    make: (g: GraphBuilder, X: ReturnType<GraphBuilder["input"]>) => ReturnType<GraphBuilder["input"]>,
  ) => {
    const g = graphBuilder();
    return g.build([make(g, g.input("X", "float32", ["N", 3]))]);
  };

  test("puts a zero row in front of a transposed weight and its bias", () => {
    const graph = single((g, X) =>
      g.Gemm(X, g.initializer("W", floats([1, 2, 3], [1, 3])), g.initializer("b", floats([4])), { transB: 1 }),
    );
    const wide = widenSingleLogit(graph);
    expect(wide.initializers.get("W")).toEqual(floats([0, 0, 0, 1, 2, 3], [2, 3]));
    expect(wide.initializers.get("b")).toEqual(floats([0, 4]));
    expect(wide.outputs[0]?.shape).toEqual(["N", 2]);
  });

  test("puts a zero column in front of a MatMul's weight, and widens the Add behind it", () => {
    const graph = single((g, X) =>
      g.Add(g.MatMul(X, g.initializer("W", floats([1, 2, 3], [3, 1]))), g.initializer("b", floats([4], [1, 1]))),
    );
    const wide = widenSingleLogit(graph);
    expect(wide.initializers.get("W")).toEqual(floats([0, 1, 0, 2, 0, 3], [3, 2]));
    expect(wide.initializers.get("b")).toEqual(floats([0, 4], [1, 2]));
  });

  test("refuses a classifier of more than one unit", () => {
    expect(() => widenSingleLogit(network())).toThrow(expect.objectContaining({ code: "bad-shape" }));
  });
});

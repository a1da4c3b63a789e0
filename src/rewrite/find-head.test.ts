import { describe, expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { findHead } from "./find-head.ts";
import { stripSoftmax } from "./strip-softmax.ts";

const weight = (g: GraphBuilder, name: string, ...shape: readonly number[]) =>
  g.initializer(name, floats(new Float32Array(shape.reduce((a, b) => a * b)), shape));

function network(tail: (g: GraphBuilder, features: Value) => Value) {
  const g = graphBuilder();
  const features = g.Relu(g.Conv(g.input("X", "float32", ["N", 3, 8, 8]), weight(g, "stem", 6, 3, 3, 3)));
  return g.build([g.named("out", tail(g, features))]);
}

const pooled = (g: GraphBuilder, features: Value) => g.Flatten(g.GlobalAveragePool(features));

describe("finds", () => {
  test("a Gemm with a Softmax behind it", () => {
    const graph = network((g, x) =>
      g.Softmax(g.Gemm(pooled(g, x), weight(g, "W", 4, 6), weight(g, "b", 4), { transB: 1 })),
    );
    expect(findHead(graph)).toMatchObject({
      kind: "Gemm",
      nodes: ["Gemm_1", "Softmax_1", "out"],
      features: "Flatten_1",
      featureSize: 6,
      classes: 4,
      logits: "Gemm_1",
      softmax: true,
      reason:
        'Gemm "Gemm_1" is the last layer with weights: nothing but Softmax and Identity lies between it and the output "out".',
    });
  });

  test("a Gemm at the very end, or with several nodes behind it, and says what lies between", () => {
    const bare = (g: GraphBuilder, x: Value) => g.Gemm(pooled(g, x), weight(g, "W", 6, 4));
    const { outputs, ...rest } = network(bare);
    const graph = {
      ...rest,
      nodes: rest.nodes.slice(0, -1),
      outputs: outputs.map((out) => ({ ...out, name: "Gemm_1" })),
    };
    expect(findHead(graph).reason).toBe(
      'Gemm "Gemm_1" is the last layer with weights: nothing lies between it and the output "Gemm_1".',
    );
    expect(findHead(network((g, x) => g.Softmax(g.Flatten(bare(g, x))))).reason).toContain(
      "nothing but Flatten, Softmax and Identity lies between",
    );
  });

  test("a Gemm whose weight is not transposed", () => {
    const graph = network((g, x) => g.Gemm(pooled(g, x), weight(g, "W", 6, 4)));
    expect(findHead(graph)).toMatchObject({ featureSize: 6, classes: 4, softmax: false, logits: "out" });
  });

  test("a MatMul with its bias in an Add", () => {
    const graph = network((g, x) => g.Add(g.MatMul(pooled(g, x), weight(g, "W", 6, 4)), weight(g, "b", 4)));
    expect(findHead(graph)).toMatchObject({ kind: "MatMul", nodes: ["MatMul_1", "Add_1", "out"], classes: 4 });
  });

  test("SqueezeNet's 1x1 Conv, Relu and pooling", () => {
    const graph = network((g, x) =>
      g.Softmax(pooled(g, g.Relu(g.Conv(x, weight(g, "W", 4, 6, 1, 1), weight(g, "b", 4))))),
    );
    expect(findHead(graph)).toMatchObject({
      kind: "Conv",
      nodes: ["Conv_2", "Relu_2", "GlobalAveragePool_1", "Flatten_1", "Softmax_1", "out"],
      features: "Relu_1",
      featureSize: 6,
      classes: 4,
      logits: "Flatten_1",
    });
  });

  test("a 1x1 Conv on pooled features, squeezed", () => {
    const graph = network((g, x) =>
      g.Squeeze(g.Conv(g.GlobalAveragePool(x), weight(g, "W", 4, 6, 1, 1)), g.ints([2, 3])),
    );
    expect(findHead(graph)).toMatchObject({ kind: "Conv", features: "GlobalAveragePool_1", classes: 4 });
  });

  test("the node that the caller names, with everything behind it", () => {
    const graph = network((g, x) => g.Gemm(g.Relu(g.Gemm(pooled(g, x), weight(g, "W", 6, 8))), weight(g, "V", 8, 4)));
    expect(findHead(graph, { at: "Gemm_1" })).toMatchObject({
      nodes: ["Gemm_1", "Relu_2", "Gemm_2", "out"],
      features: "Flatten_1",
      classes: 8,
    });
  });
});

describe("refuses", () => {
  const residual = network((g, x) => g.Add(x, g.Relu(x)));

  test("a graph that ends without a product, and says what stands there", () => {
    expect(() => findHead(residual)).toThrow('Add "Add_1" stands there');
  });

  test("a Relu behind a Gemm: those are features, not scores", () => {
    const graph = network((g, x) => g.Relu(g.Gemm(pooled(g, x), weight(g, "W", 6, 4))));
    expect(() => findHead(graph)).toThrow(expect.objectContaining({ code: "no-head" }));
  });

  test("a 3x3 Conv and a Conv in groups", () => {
    const wide = network((g, x) => pooled(g, g.Conv(x, weight(g, "W", 4, 6, 3, 3))));
    const grouped = network((g, x) => pooled(g, g.Conv(x, weight(g, "W", 4, 3, 1, 1), { group: 2 })));
    for (const graph of [wide, grouped])
      expect(() => findHead(graph)).toThrow(expect.objectContaining({ code: "no-head" }));
  });

  test("an unknown name, and suggests the nearest product", () => {
    const graph = network((g, x) => g.Gemm(pooled(g, x), weight(g, "W", 6, 4)));
    expect(() => findHead(graph, { at: "gemm1" })).toThrow(
      expect.objectContaining({ code: "no-such-node", hint: 'Nearest names: "Gemm_1".' }),
    );
  });

  test("a named node that is no product", () => {
    expect(() => findHead(residual, { at: "Relu_1" })).toThrow('"Relu_1" is a Relu');
  });
});

describe("stripSoftmax", () => {
  test("gives out the logits", () => {
    const graph = network((g, x) => g.Softmax(g.Gemm(pooled(g, x), weight(g, "W", 6, 4))));
    const bare = stripSoftmax({
      ...graph,
      nodes: graph.nodes.slice(0, -1),
      outputs: [{ name: "Softmax_1", dtype: "float32", shape: ["N", 4] }],
    });
    expect(bare.outputs.map(({ name }) => name)).toEqual(["Gemm_1"]);
    expect(bare.nodes.map(({ op }) => op)).not.toContain("Softmax");
  });

  test("keeps what stands behind the Softmax", () => {
    const graph = network((g, x) =>
      g.Flatten(g.Softmax(g.GlobalAveragePool(g.Conv(x, weight(g, "W", 4, 6, 1, 1))), { axis: 1 })),
    );
    const bare = stripSoftmax(graph);
    expect(bare.outputs).toEqual(graph.outputs);
    expect(bare.nodes.map(({ op }) => op).slice(-3)).toEqual(["GlobalAveragePool", "Flatten", "Identity"]);
  });

  test("leaves a graph without one alone", () => {
    const graph = network((g, x) => g.Gemm(pooled(g, x), weight(g, "W", 6, 4)));
    expect(stripSoftmax(graph)).toBe(graph);
  });
});

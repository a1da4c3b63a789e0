import { describe, expect, test } from "vitest";
import { random } from "../base/random.ts";
import type { Shape } from "../base/shape.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { printGraph } from "../onnx/print.ts";
import { cut } from "./cut.ts";
import { graft } from "./graft.ts";
import { dense, dropout, relu } from "./layers.ts";
import { renameTensor, withIo } from "./rename.ts";

function base(shape: Shape, name = "features") {
  const g = graphBuilder();
  return g.build([g.named(name, g.Relu(g.input("X", "float32", shape)))]);
}

describe("graft", () => {
  test("puts a small MLP with dropout on pooled features", () => {
    const { graph, added } = graft(base(["N", 6]), [dropout(0.2), dense(4), relu(), dense(2)], { rng: random(1) });
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "input %X float32[N,6]
      weight head.1.weight float32[4,6]
      weight head.3.weight float32[2,4]
      %Relu_1[N,6] = Relu(%X)
      %features[N,6] = Identity(%Relu_1)
      %head.Dropout_1[N,6] = Dropout(%features, (0.2), bool(0))
      %head.Gemm_1[N,4] = Gemm(%head.Dropout_1, head.1.weight, [0,0,0,0]) {transB=1}
      %head.Relu_1[N,4] = Relu(%head.Gemm_1)
      %logits[N,2] = Gemm(%head.Relu_1, head.3.weight, [0,0]) {transB=1}
      output %logits"
    `);
    expect(added).toEqual(["head.1.weight", "head.1.bias", "head.3.weight", "head.3.bias"]);
  });

  test("averages a feature map first, and only flattens a single point", () => {
    const ops = (shape: Shape) => graft(base(shape), [dense(2)], { rng: random(1) }).graph.nodes.map(({ op }) => op);
    expect(ops(["N", 6, 7, 7])).toEqual(["Relu", "Identity", "GlobalAveragePool", "Flatten", "Gemm"]);
    expect(ops(["N", 6, 1, 1])).toEqual(["Relu", "Identity", "Flatten", "Gemm"]);
  });

  test("draws Glorot-uniform weights by seed, and zero biases", () => {
    const weights = (seed: number) => graft(base(["N", 300]), [dense(100)], { rng: random(seed) }).graph.initializers;
    const drawn = weights(1).get("head.0.weight");
    const values = Array.from(drawn?.data ?? [], Number);
    const bound = Math.sqrt(6 / 400);
    expect(drawn?.shape).toEqual([100, 300]);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    // variance of U(-b, b) is b² / 3
    expect(values.reduce((sum, x) => sum + x * x, 0) / values.length).toBeAllclose(bound ** 2 / 3, { rtol: 0.03 });
    expect(weights(1).get("head.0.weight")).toEqual(drawn);
    expect(weights(2).get("head.0.weight")).not.toEqual(drawn);
    expect(weights(1).get("head.0.bias")).toEqual(floats(new Float32Array(100)));
  });

  test("avoids names that the base has", () => {
    const once = graft(base(["N", 6]), [dense(4)], { rng: random(1) }).graph;
    const { graph, added } = graft(once, [dense(2)], { rng: random(1) });
    expect(added).toEqual(["head2.0.weight", "head2.0.bias"]);
    expect(graph.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 2] }]);
    expect(graph.nodes.flatMap(({ outputs }) => outputs)).toContain("base.logits");
  });

  test("averages tokens, and takes features with the channels last as such", () => {
    const g = graphBuilder();
    const tokens = g.build([g.Transpose(g.input("x", "float32", ["N", 6, 16]), { perm: [0, 2, 1] })]);
    const last = graphBuilder();
    const maps = last.build([last.Transpose(last.input("x", "float32", ["N", 6, 4, 4]), { perm: [0, 2, 3, 1] })]);
    for (const graph of [tokens, maps]) {
      const grafted = graft(graph, [dense(2)], { rng: random(1) }).graph;
      expect(grafted.nodes.map(({ op }) => op)).toEqual(["Transpose", "ReduceMean", "Gemm"]);
      expect(grafted.initializers.get("head.0.weight")?.shape).toEqual([2, 6]);
    }
  });

  test("refuses features of another rank, or of unknown size", () => {
    const on = (shape: Shape) => () => graft(base(shape), [dense(2)], { rng: random(1) });
    expect(on(["N", 2, 4, 4, 8])).toThrow(expect.objectContaining({ code: "bad-shape" }));
    expect(on(["N", "F"])).toThrow("The number of features");
  });

  test("refuses impossible layers", () => {
    expect(() => dense(0)).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect(() => dropout(1)).toThrow(expect.objectContaining({ code: "bad-option" }));
  });
});

describe("cut", () => {
  test("keeps every node the new output needs", () => {
    const { graph } = graft(base(["N", 6, 2, 2]), [dense(4), relu(), dense(2)], { rng: random(1) });
    expect(printGraph(cut(graph, "head.Relu_1"))).toMatchInlineSnapshot(`
      "input %X float32[N,6,2,2]
      weight head.0.weight float32[4,6]
      %Relu_1[N,6,2,2] = Relu(%X)
      %features[N,6,2,2] = Identity(%Relu_1)
      %head.GlobalAveragePool_1[N,6,1,1] = GlobalAveragePool(%features)
      %head.Flatten_1[N,6] = Flatten(%head.GlobalAveragePool_1)
      %head.Gemm_1[N,4] = Gemm(%head.Flatten_1, head.0.weight, [0,0,0,0]) {transB=1}
      %head.Relu_1[N,4] = Relu(%head.Gemm_1)
      output %head.Relu_1"
    `);
  });

  test("suggests the nearest tensor", () => {
    expect(() => cut(base(["N", 6]), "feature")).toThrow(
      expect.objectContaining({ code: "no-such-node", hint: expect.stringContaining('"features"') }),
    );
  });
});

describe("rename", () => {
  test("names input and output", () => {
    expect(printGraph(withIo(base(["N", 6]), { input: "pixel_values", output: "logits" }))).toMatchInlineSnapshot(`
      "input %pixel_values float32[N,6]
      %Relu_1[N,6] = Relu(%pixel_values)
      %logits[N,6] = Identity(%Relu_1)
      output %logits"
    `);
  });

  test("refuses a name that is taken", () => {
    expect(() => renameTensor(base(["N", 6]), "X", "features")).toThrow(expect.objectContaining({ code: "bad-graph" }));
  });
});

import { describe, expect, test } from "vitest";
import { floats, ints, zeros } from "../base/tensor.ts";
import { extend, graphBuilder } from "./builder.ts";
import { printGraph } from "./print.ts";

test("a small network reads as it was built", () => {
  const g = graphBuilder({ name: "net" });
  const X = g.input("pixels", "float32", ["N", 3, 8, 8]);
  const W = g.initializer("conv.weight", zeros("float32", [4, 3, 3, 3]));
  const conv = g.Conv(X, W, undefined, { strides: [2, 2], pads: [1, 1, 1, 1] });
  const relu6 = g.Clip(conv, g.float(0), g.float(6));
  const [pooled] = g.outputs("MaxPool", [relu6], { kernel_shape: [2, 2] }, 2);
  const features = g.Flatten(pooled ?? conv);
  const logits = g.Gemm(features, g.initializer("fc.weight", zeros("float32", [5, 36])), { transB: 1 });
  const best = g.ArgMax(logits, { axis: 1, keepdims: 0 });
  expect(printGraph(g.build([g.named("logits", logits), best]))).toMatchInlineSnapshot(`
    "input %pixels float32[N,3,8,8]
    weight conv.weight float32[4,3,3,3]
    weight fc.weight float32[5,36]
    %Conv_1[N,4,4,4] = Conv(%pixels, conv.weight) {strides=[2,2], pads=[1,1,1,1]}
    %Clip_1[N,4,4,4] = Clip(%Conv_1, (0), (6))
    %MaxPool_1[N,4,3,3], %MaxPool_1.Indices:int64[N,4,3,3] = MaxPool(%Clip_1) {kernel_shape=[2,2]}
    %Flatten_1[N,36] = Flatten(%MaxPool_1)
    %Gemm_1[N,5] = Gemm(%Flatten_1, fc.weight) {transB=1}
    %ArgMax_1:int64[N] = ArgMax(%Gemm_1) {axis=1, keepdims=0}
    %logits[N,5] = Identity(%Gemm_1)
    output %logits
    output %ArgMax_1"
  `);
});

test("constants are shown in place, dtypes other than float32 named", () => {
  const g = graphBuilder();
  const X = g.input("x", "float64", ["N", "T"]);
  const shape = g.Concat(g.Shape(X, { end: 1 }), g.ints([-1, 2]), { axis: 0 });
  const big = g.constant(floats(new Float32Array(20)));
  const half = g.Mul(g.Cast(g.Reshape(X, shape), { to: 1 }), g.float(1 / 3));
  expect(printGraph(g.build([g.Add(half, g.Reshape(big, g.ints([10, 2])))]))).toMatchInlineSnapshot(`
    "input %x float64[N,T]
    weight const_2 float32[20]
    %Shape_1:int64[1] = Shape(%x) {end=1}
    %Concat_1:int64[3] = Concat(%Shape_1, [-1,2]) {axis=0}
    %Reshape_1:float64[N,floor(T/2),2] = Reshape(%x, %Concat_1)
    %Cast_1[N,floor(T/2),2] = Cast(%Reshape_1) {to=1}
    %Mul_1[N,floor(T/2),2] = Mul(%Cast_1, (0.333333))
    %Reshape_2[10,2] = Reshape(const_2, [10,2])
    %Add_1[N,10,2] = Add(%Mul_1, %Reshape_2)
    output %Add_1"
  `);
});

test("a graph that contradicts itself is printed without shapes", () => {
  const g = graphBuilder();
  const graph = g.build([g.Relu(g.input("x", "float32", [2]))]);
  const bad = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, inputs: ["gone"] })) };
  expect(printGraph(bad)).toMatchInlineSnapshot(`
    "input %x float32[2]
    %Relu_1 = Relu(gone)
    output %Relu_1"
  `);
});

describe("the builder", () => {
  test("shares equal small constants and tells dtypes, shapes and signs of zero apart", () => {
    const g = graphBuilder();
    expect(g.float(0)).toBe(g.float(0));
    const apart = [g.float(0), g.float(-0), g.constant(floats([0])), g.ints([0]), g.constant(ints([0], []))];
    expect(new Set(apart.map(({ name }) => name)).size).toBe(5);
  });

  test("knows shapes and numbers while building", () => {
    const g = graphBuilder();
    const extents = g.Shape(g.input("x", "float32", ["N", 6]));
    expect(extents.dims).toEqual(["N", 6]);
    expect(g.Gather(extents, g.ints([1])).constant).toEqual(ints([6]));
  });

  test("refuses names that are taken, tensors that do not exist and attributes that the op does not have", () => {
    const g = graphBuilder();
    const X = g.input("x", "float32", [2]);
    const bad = expect.objectContaining({ code: "bad-graph" });
    expect(() => g.input("x", "float32", [3])).toThrow(bad);
    expect(() => g.value("y")).toThrow(bad);
    expect(() => g.named("x", X)).toThrow(bad);
    expect(() => g.outputs("Relu", [X], { slope: 1 } as object, 1)).toThrow('Relu has no attribute "slope"');
  });

  test("names of a graph that is extended stay, new ones carry the prefix", () => {
    const g = graphBuilder();
    const first = g.build([g.Relu(g.input("x", "float32", ["N", 2]))]);
    const more = extend(first, { prefix: "more/" });
    const graph = more.build([more.Mul(more.value("Relu_1"), more.float(2))]);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "input %x float32[N,2]
      %Relu_1[N,2] = Relu(%x)
      %more/Mul_1[N,2] = Mul(%Relu_1, (2))
      output %more/Mul_1"
    `);
    expect(first.nodes).toHaveLength(1);
  });

  test("a scope stands in front of the names of nodes; tensors keep theirs", () => {
    const g = graphBuilder({ prefix: "p." });
    const X = g.input("x", "float32", ["N", 2]);
    const inner = g.within("outer", () => g.within("inner", () => g.Relu(X)));
    const Y = g.within("outer", () => g.named("y", inner));
    expect(() => g.within("broken", () => g.value("nothing"))).toThrow('No tensor "nothing"');
    const graph = g.build([Y, g.Neg(X)]);
    expect(graph.nodes.map(({ name, outputs: [output] }) => [name, output])).toEqual([
      ["outer/inner/p.Relu_1", "p.Relu_1"],
      ["outer/y", "y"],
      ["p.Neg_1", "p.Neg_1"],
    ]);
  });
});

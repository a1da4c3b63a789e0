import { expect, test } from "vitest";
import { floats, ints } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { printGraph } from "../onnx/print.ts";
import { transposed } from "./constant-rules.ts";
import { foldConstants } from "./fold-constants.ts";
import { prune } from "./prune.ts";
import { simplify } from "./simplify.ts";

test("a Constant, a transposed and a cast weight become initializers", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 3]);
  const W = g.initializer("W", floats([1, 2, 3, 4, 5, 6], [2, 3]));
  const scale = g.Cast(g.Constant({ value: ints([2], []) }), { to: 1 });
  const graph = simplify(g.build([g.Mul(g.MatMul(X, g.Transpose(W, { perm: [1, 0] })), scale)]));
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input %X float32[N,3]
    weight Transpose_1 float32[3,2]
    %MatMul_1[N,2] = MatMul(%X, Transpose_1)
    %Mul_1[N,2] = Mul(%MatMul_1, (2))
    output %Mul_1"
  `);
  expect(graph.initializers.get("Transpose_1")).toEqual(floats([1, 4, 2, 5, 3, 6], [3, 2]));
});

test("weights are shared, not copied", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 3]);
  const W = g.initializer("W", floats([1, 2, 3, 4, 5, 6], [6]));
  const graph = simplify(g.build([g.MatMul(X, g.Reshape(W, g.ints([3, 2])))]));
  expect(graph.initializers.get("Reshape_1")?.data).toBe(W.constant?.data);
});

test("a Reshape target computed from the batch becomes [-1, ...]", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4, 2, 2]);
  const batch = g.Gather(g.Shape(X), g.constant(ints([0], [])), { axis: 0 });
  const target = g.Concat(g.Unsqueeze(batch, g.ints([0])), g.ints([16]), { axis: 0 });
  const graph = simplify(g.build([g.Reshape(X, target)]));
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input %X float32[N,4,2,2]
    %Reshape_1[N,16] = Reshape(%X, [-1,16])
    output %Reshape_1"
  `);
});

test("Identity nodes go, and the output keeps its name", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 3]);
  const Y = g.Identity(g.Relu(g.Identity(X)));
  expect(printGraph(simplify(g.build([g.named("scores", Y)])))).toMatchInlineSnapshot(`
    "input %X float32[N,3]
    %scores[N,3] = Relu(%X)
    output %scores"
  `);
});

test("an Identity between input and output stays", () => {
  const g = graphBuilder();
  const graph = g.build([g.named("Y", g.input("X", "float32", ["N"]))]);
  expect(printGraph(simplify(graph))).toBe(printGraph(graph));
});

test("two outputs of one tensor keep both names", () => {
  const g = graphBuilder();
  const Y = g.Relu(g.input("X", "float32", ["N"]));
  const graph = simplify(g.build([g.named("a", Y), g.named("b", Y)]));
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "input %X float32[N]
    %a[N] = Relu(%X)
    %b[N] = Identity(%a)
    output %a
    output %b"
  `);
});

test("an Identity of a weight becomes a weight of its own on the same bytes", () => {
  const g = graphBuilder();
  const W = g.initializer("W", floats([1, 2, 3]));
  const copy = g.named("W2", W);
  const X = g.input("X", "float32", ["N", 3]);
  const graph = simplify(g.build([g.Mul(g.Mul(X, W), copy)]));
  expect([...graph.initializers.keys()]).toEqual(["W", "W2"]);
  expect(graph.initializers.get("W2")?.data).toBe(graph.initializers.get("W")?.data);
});

test("a computed output is not taken from its node", () => {
  const g = graphBuilder();
  const graph = g.build([g.Neg(g.initializer("W", floats([1, 2])))]);
  expect(foldConstants(graph).nodes).toEqual(graph.nodes);
});

test("pruning keeps what the outputs need and nothing else", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 3]);
  const unused = g.Add(X, g.initializer("unused", floats([1, 2, 3])));
  const graph: Graph = {
    ...g.build([g.Relu(X)]),
    inputs: [...g.build([]).inputs, { name: "Z", dtype: "float32", shape: [] }],
  };
  const pruned = prune(graph);
  expect(graph.nodes).toHaveLength(2);
  expect(pruned.nodes.map(({ op }) => op)).toEqual(["Relu"]);
  expect([...pruned.initializers.keys()]).toEqual([]);
  expect(pruned.inputs.map(({ name }) => name)).toEqual(["X"]);
  expect(unused.name).toBe("Add_1");
});

test("transposing permutes any number of axes", () => {
  const source = floats(
    Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );
  const result = transposed(source, [2, 0, 1]);
  expect(result.shape).toEqual([4, 2, 3]);
  // result[k, i, j] = source[i, j, k]
  const expected = [0, 1, 2, 3].flatMap((k) => [0, 1].flatMap((i) => [0, 1, 2].map((j) => i * 12 + j * 4 + k)));
  expect(Array.from(result.data)).toEqual(expected);
});

import { expect, test } from "vitest";
import { drawFeeds } from "../../test/fixtures/blocked.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { printGraph } from "../onnx/print.ts";
import { sumIntoProducts } from "./sum-into-products.ts";

/** 0.9·v + XᵀdY, or what else `sum` makes of v and the gradient. */
function momentum(sum: (g: GraphBuilder, v: Value, dW: Value) => readonly Value[]) {
  const g = graphBuilder({ name: "momentum" });
  const [X, dY] = [g.input("X", "float32", [5, 3]), g.input("dY", "float32", [5, 2])];
  return g.build(sum(g, g.input("v", "float32", [3, 2]), g.Gemm(X, dY, undefined, { transA: 1, alpha: 0.5 })));
}

const scaled = (g: GraphBuilder, v: Value) => g.Mul(v, g.float(0.9));

test.each<[string, (g: GraphBuilder, v: Value, dW: Value) => Value]>([
  ["in front", (g, v, dW) => g.Add(scaled(g, v), dW)],
  ["behind", (g, v, dW) => g.Add(dW, g.Mul(g.float(0.9), v))],
])("a moving mean with the old value %s is one product", async (_, sum) => {
  const graph = momentum((g, v, dW) => [g.named("next", sum(g, v, dW))]);
  const joined = sumIntoProducts(graph);
  expect(printGraph(joined)).toMatchInlineSnapshot(`
    "input %X float32[5,3]
    input %dY float32[5,2]
    input %v float32[3,2]
    %Add_1[3,2] = Gemm(%X, %dY, %v) {transA=1, alpha=0.5, beta=0.9}
    %next[3,2] = Identity(%Add_1)
    output %next"
  `);
  const feeds = drawFeeds(graph);
  const [wanted, got] = [await runInOnnxruntime(graph, feeds), await runInOnnxruntime(joined, feeds)];
  expect(got.next?.data ?? []).toBeAllclose(wanted.next?.data ?? [], { rtol: 1e-6 });
});

test.each<[string, (g: GraphBuilder, v: Value, dW: Value) => readonly Value[]]>([
  ["a product that others read", (g, v, dW) => [g.Add(scaled(g, v), dW), g.Mul(dW, dW)]],
  ["a scaled tensor that others read", (g, v, dW) => [scaled(g, v)].flatMap((old) => [g.Add(old, dW), g.Neg(old)])],
  ["a product that is given out", (g, v, dW) => [g.Add(scaled(g, v), dW), dW]],
  ["a scale that depends on the run", (g, v, dW) => [g.Add(g.Mul(v, g.input("s", "float32", [])), dW)]],
  ["a smaller tensor", (g, _, dW) => [g.Add(scaled(g, g.input("row", "float32", [1, 2])), dW)]],
  ["a sum with a sum", (g, v, dW) => [g.Add(g.Add(v, v), dW)]],
])("%s stays as it is", (_, sum) => {
  const graph = momentum(sum);
  expect(sumIntoProducts(graph)).toBe(graph);
});

test("a product that is repeated beside the scaled tensor stays as it is", () => {
  const g = graphBuilder();
  const [X, W, v] = [g.input("X", "float32", [1, 3]), g.input("W", "float32", [3, 2]), g.input("v", "float32", [4, 2])];
  const graph = g.build([g.Add(g.Mul(v, g.float(0.9)), g.Gemm(X, W))]);
  expect(sumIntoProducts(graph)).toBe(graph);
});

test("a product that has a C already stays as it is", () => {
  const g = graphBuilder();
  const [X, dY, v] = [
    [5, 3],
    [5, 2],
    [3, 2],
  ].map((shape, at) => g.input(`x${at}`, "float32", shape));
  if (!X || !dY || !v) throw new Error("three inputs");
  const graph = g.build([g.Add(g.Mul(v, g.float(0.9)), g.Gemm(X, dY, v, { transA: 1 }))]);
  expect(sumIntoProducts(graph)).toBe(graph);
});

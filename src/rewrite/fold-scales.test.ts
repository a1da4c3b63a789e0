import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { printGraph } from "../onnx/print.ts";
import { foldScales } from "./fold-scales.ts";

test("scales behind whole numbers go into them, one or one per channel", () => {
  const g = graphBuilder();
  const maps = g.Conv(g.input("X", "float32", ["N", 1, 2, 2]), g.initializer("C", floats([1, -2], [2, 1, 1, 1])));
  const scaled = g.Mul(maps, g.initializer("per_map", floats([0.5, 0.25], [2, 1, 1])));
  const product = g.MatMul(g.Flatten(scaled), g.initializer("M", floats([1, 2, 3, 4, 5, 6, 7, 8], [8, 1])));
  const graph = foldScales(g.build([g.Mul(g.float(0.5), product)]));
  expect(graph.nodes.filter(({ op }) => op === "Mul")).toEqual([]);
  expect([...(graph.initializers.get("C")?.data ?? [])]).toEqual([0.5, -0.5]);
  expect([...(graph.initializers.get("M")?.data ?? [])]).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
});

test.each([
  ["weights of a float model", [0.5, 2], [2]],
  ["scales along another axis", [1, 2], [1, 1, 2, 1]],
] as const)("%s are left alone", (_, weights, shape) => {
  const g = graphBuilder();
  const W = g.initializer("W", floats(weights, [1, 2]));
  const product = g.MatMul(g.input("X", "float32", ["N", 1]), W);
  const graph = g.build([g.Mul(product, g.initializer("s", floats([3, 4], shape)))]);
  expect(printGraph(foldScales(graph))).toBe(printGraph(graph));
});

test("a product that something else reads is left alone", () => {
  const g = graphBuilder();
  const product = g.MatMul(g.input("X", "float32", ["N", 1]), g.initializer("W", floats([1, 2], [1, 2])));
  const graph = g.build([g.Add(g.Mul(product, g.float(3)), product)]);
  expect(printGraph(foldScales(graph))).toBe(printGraph(graph));
});

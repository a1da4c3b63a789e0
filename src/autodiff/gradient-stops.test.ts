import { expect, test } from "vitest";
import { graphBuilder } from "../onnx/builder.ts";
import { whereGradientStops } from "./gradient-stops.ts";

function graphWithDiagonals() {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const W = g.input("W", "float32", [4, 8]);
  const first = g.Einsum(g.Reshape(g.MatMul(X, W), g.ints([-1, 2, 2, 2])), { equation: "niij->nij" });
  const second = g.Einsum(g.Relu(first), { equation: "nii->ni" });
  const V = g.input("V", "float32", [2, 2]);
  const Y = g.MatMul(second, V);
  return { graph: g.build([Y]), output: Y.name, last: second.name };
}

test("finds the last node that a gradient cannot pass", () => {
  const { graph, output, last } = graphWithDiagonals();
  const stop = whereGradientStops(graph, { output, wrt: ["W", "V"] });
  expect(stop?.node.name).toBe(last);
  expect(stop?.reason).toContain('"nii->ni"');
});

test("finds nothing where only what comes after that node is trained", () => {
  const { graph, output } = graphWithDiagonals();
  expect(whereGradientStops(graph, { output, wrt: ["V"] })).toBeUndefined();
});

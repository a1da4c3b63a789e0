import { expect, test } from "vitest";
import { graphBuilder } from "../onnx/builder.ts";
import { whereGradientStops } from "./gradient-stops.ts";

function graphWithPads() {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const W = g.input("W", "float32", [4, 4]);
  const first = g.Pad(g.MatMul(X, W), g.ints([0, 1, 0, 1]), undefined, undefined, { mode: "reflect" });
  const second = g.Pad(g.Relu(first), g.ints([0, 1, 0, 1]), undefined, undefined, { mode: "edge" });
  const V = g.input("V", "float32", [8, 2]);
  const Y = g.MatMul(second, V);
  return { graph: g.build([Y]), output: Y.name, last: second.name };
}

test("finds the last node that a gradient cannot pass", () => {
  const { graph, output, last } = graphWithPads();
  const stop = whereGradientStops(graph, { output, wrt: ["W", "V"] });
  expect(stop?.node.name).toBe(last);
  expect(stop?.reason).toContain('mode "edge"');
});

test("finds nothing where only what comes after that node is trained", () => {
  const { graph, output } = graphWithPads();
  expect(whereGradientStops(graph, { output, wrt: ["V"] })).toBeUndefined();
});

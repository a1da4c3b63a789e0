import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { withOwnStatistics } from "./own-statistics.ts";

/** Two layers as an exporter merges them before training: zeros for biases and means, ones for scales and variances. */
function merged() {
  const g = graphBuilder();
  const [zeros, ones] = [g.initializer("zeros", floats([0, 0])), g.initializer("ones", floats([1, 1]))];
  const X = g.input("X", "float32", ["N", 2]);
  const first = g.BatchNormalization(X, ones, zeros, zeros, ones);
  return g.build([g.BatchNormalization(first, ones, zeros, zeros, ones)]);
}

test("each layer has statistics of its own, with the numbers that were shared", () => {
  const { nodes, initializers } = withOwnStatistics(merged());
  expect(nodes.map(({ inputs }) => inputs.slice(1))).toEqual([
    ["ones", "zeros", "zeros_2", "ones_2"],
    ["ones", "zeros", "zeros_3", "ones_3"],
  ]);
  expect(initializers.get("zeros_3")).toBe(initializers.get("zeros"));
  expect(initializers.get("ones_2")?.data).toEqual(Float32Array.of(1, 1));
});

test("statistics that are a layer's own already keep their names", () => {
  const graph = withOwnStatistics(merged());
  expect(withOwnStatistics(graph)).toEqual(graph);
});

import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { batchNormsOf } from "./merged-batch-norm.ts";

/** Two Convs in a row, their weights and biases named as given. */
function convs(weights: readonly [string, string], biases: readonly string[]): Graph {
  const g = graphBuilder();
  const weight = (name: string) => g.initializer(name, floats(new Float32Array(9), [3, 3, 1, 1]));
  const bias = (name: string | undefined) => (name === undefined ? undefined : g.initializer(name, floats([0, 0, 0])));
  const X = g.input("X", "float32", ["N", 3, 4, 4]);
  const first = g.Conv(X, weight(weights[0]), bias(biases[0]));
  return g.build([g.Conv(first, weight(weights[1]), bias(biases[1]))]);
}

test.each([
  [
    "TorchScript",
    ["onnx::Conv_9", "onnx::Conv_12"],
    ["onnx::Conv_10", "onnx::Conv_13"],
    { merged: 2, maybeMerged: false },
  ],
  ["dynamo", ["a.weight", "b.weight"], ["a.weight_bias", "b.bias"], { merged: 1, maybeMerged: false }],
  ["tf2onnx", ["a/kernel", "b/kernel"], ["a/bias_fused_bn", "b/bias_fused_bn"], { merged: 2, maybeMerged: false }],
  ["no exporter that is known", ["a.weight", "b.weight"], ["a.bias", "b.bias"], { merged: 0, maybeMerged: true }],
  ["nobody, where a Conv has no bias", ["a.weight", "b.weight"], ["a.bias"], { merged: 0, maybeMerged: false }],
] as const)("batch normalization merged by %s", (_, weights, biases, found) => {
  expect(batchNormsOf(convs(weights, biases))).toEqual({ nodes: 0, ...found });
});

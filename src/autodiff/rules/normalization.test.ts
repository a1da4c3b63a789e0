import { expect, test } from "vitest";
import { type GraphBuilder, graphBuilder, type Value } from "../../onnx/builder.ts";
import { backward } from "../backward.ts";

/** Differentiates the sum of all outputs of a normalization of X [N, 3]. */
function differentiate(normalize: (g: GraphBuilder, X: Value) => readonly Value[], wrt: readonly string[]) {
  const g = graphBuilder();
  const outputs = normalize(g, g.input("X", "float32", ["N", 3]));
  const total = outputs
    .map((one) => g.ReduceSum(one, undefined, { keepdims: 0 }))
    .reduce((sum, one) => g.Add(sum, one));
  return backward(g, { nodes: g.nodes(), output: total, wrt });
}

const layer = (g: GraphBuilder, X: Value) => {
  const parameters = ["Scale", "B"].map((name) => g.input(name, "float32", [3]));
  return g.outputs("LayerNormalization", [X, ...parameters], {}, 3);
};

test("LayerNormalization refuses a gradient by way of its statistics, by name", () => {
  expect(() => differentiate(layer, ["X"])).toThrow(/LayerNormalization .* outputs Mean and InvStdDev/);
});

test("LayerNormalization's Scale and B have their gradient all the same: the statistics do not depend on them", () => {
  expect([...differentiate(layer, ["Scale", "B"]).values()].map(({ shape }) => shape)).toEqual([[3], [3]]);
});

test("BatchNormalization refuses a gradient by way of its running statistics, by name", () => {
  const batch = (g: GraphBuilder, X: Value) => {
    const parameters = ["scale", "B", "mean", "var"].map((name) => g.input(name, "float32", [3]));
    return g.outputs("BatchNormalization", [X, ...parameters], { training_mode: 1 }, 3);
  };
  expect(() => differentiate(batch, ["X"])).toThrow(/BatchNormalization .* outputs running_mean and running_var/);
});

import { expect, test } from "vitest";
import { evaluate } from "../../test/reference/evaluate.ts";
import { floats, tensor } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { modelOf } from "../onnx/model.ts";
import { acceptModel } from "./accept.ts";
import { inInferenceMode } from "./inference-mode.ts";

const flag = (g: GraphBuilder, on: boolean) => g.constant(tensor("bool", [], Uint8Array.of(Number(on))));

/** [N, 2] normalized by running statistics of mean 1, 2 and variance 4, 9. */
function normalized(g: GraphBuilder, X: Value, training_mode: number): readonly Value[] {
  const vectors = [floats([1, 1]), floats([0, 0]), floats([1, 2]), floats([4, 9])];
  const names = ["scale", "B", "mean", "var"];
  const parameters = vectors.map((value, at) => g.initializer(names[at] ?? "", value));
  return g.outputs("BatchNormalization", [X, ...parameters], { training_mode, epsilon: 0 }, training_mode ? 3 : 1);
}

test("Dropout lets everything through, and BatchNormalization goes by its running statistics", () => {
  const g = graphBuilder();
  const [Y = g.float(0)] = normalized(g, g.input("X", "float32", ["N", 2]), 1);
  const [dropped = Y] = g.outputs("Dropout", [Y, g.float(0.5), flag(g, true)], {}, 2);
  const source = modelOf(g.build([g.named("out", dropped)]));
  const { model, changes } = acceptModel(source);
  const { out } = evaluate(model.graph, { X: floats([3, 5, 1, 8], [2, 2]) });
  expect(out?.data ?? []).toBeAllclose([1, 1, 0, 2]);
  expect(changes).toEqual([
    "Nodes that were exported in training mode are put into inference mode: 2 (BatchNormalization, Dropout).",
  ]);
});

test("running statistics that are given out are those that went in", () => {
  const g = graphBuilder();
  const outputs = normalized(g, g.input("X", "float32", ["N", 2]), 1);
  const { graph } = inInferenceMode(g.build(outputs));
  const results = evaluate(graph, { X: floats([3, 5], [1, 2]) });
  expect(outputs.map(({ name }) => [...(results[name]?.data ?? [])])).toEqual([
    [1, 1],
    [1, 2],
    [4, 9],
  ]);
});

test("a Dropout that is told its mode from outside is put into inference mode too", () => {
  const g = graphBuilder();
  const [X, mode] = [g.input("X", "float32", ["N", 2]), g.input("mode", "bool", [])];
  const { graph } = inInferenceMode(g.build([g.Dropout(X, g.float(0.5), mode)]));
  expect(graph.inputs.map(({ name }) => name)).toEqual(["X"]);
  expect(graph.nodes[0]?.inputs.length).toBe(2);
});

test("a mask that other nodes read is refused, by name", () => {
  const g = graphBuilder();
  const outputs = g.outputs("Dropout", [g.input("X", "float32", ["N", 2]), g.float(0.5), flag(g, true)], {}, 2);
  expect(() => inInferenceMode(g.build(outputs))).toThrow(/Dropout "Dropout_1" .* read its mask "Dropout_1.mask"/);
});

test("a model that infers already stays the very same", () => {
  const g = graphBuilder();
  const [Y = g.float(0)] = normalized(g, g.input("X", "float32", ["N", 2]), 0);
  const graph = g.build([g.Dropout(Y, g.float(0.5), flag(g, false))]);
  expect(inInferenceMode(graph)).toEqual({ graph, changes: [] });
});

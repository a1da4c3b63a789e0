import { expect, test } from "vitest";
import { tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { withoutDropout } from "./without-dropout.ts";

const training = tensor("bool", [], Uint8Array.of(1));

test("takes Dropout nodes out, in training mode too, and keeps the output's name", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const inner = g.Dropout(g.Relu(X), g.float(0.5));
  const graph = g.build([g.Dropout(g.Tanh(inner), g.float(0.2), g.constant(training))]);
  const { nodes, outputs } = withoutDropout(graph);
  expect(nodes.map(({ op }) => op)).toEqual(["Relu", "Tanh"]);
  expect(outputs).toEqual(graph.outputs);
  expect(nodes[1]?.outputs).toEqual([graph.outputs[0]?.name]);
  expect(nodes[1]?.inputs).toEqual(nodes[0]?.outputs);
});

test("takes out a Dropout whose mask nothing reads", () => {
  const g = graphBuilder();
  const [Y, mask] = g.outputs("Dropout", [g.input("X", "float32", ["N", 4])], {}, 2);
  if (!Y || !mask) throw new Error("no output");
  expect(withoutDropout(g.build([g.Relu(Y)])).nodes.map(({ op }) => op)).toEqual(["Relu"]);
});

test("leaves a Dropout whose mask is asked for", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const graph = g.build([...g.outputs("Dropout", [X], {}, 2)]);
  expect(withoutDropout(graph).nodes.map(({ op }) => op)).toEqual(["Dropout"]);
});

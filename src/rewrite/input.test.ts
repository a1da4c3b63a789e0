import { expect, test } from "vitest";
import { floats, ints } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { printGraph } from "../onnx/print.ts";
import { fixInput } from "./input.ts";

function classifier(batch: number | string, target: readonly number[]) {
  const g = graphBuilder();
  const X = g.input("X", "float32", [batch, 3, "H", "W"]);
  const Y = g.Reshape(g.GlobalAveragePool(X), g.initializer("target", ints(target)));
  return g.build([g.MatMul(Y, g.initializer("W1", floats(new Float32Array(6), [3, 2])))]);
}

test("batch becomes N, height and width the numbers given", () => {
  expect(printGraph(fixInput(classifier("batch", [0, 3]), { height: 32, width: 24 }))).toMatchInlineSnapshot(`
    "input %X float32[N,3,32,24]
    weight W1 float32[3,2]
    %GlobalAveragePool_1[N,3,1,1] = GlobalAveragePool(%X)
    %Reshape_1[N,3] = Reshape(%GlobalAveragePool_1, [0,3])
    %MatMul_1[N,2] = MatMul(%Reshape_1, W1)
    output %MatMul_1"
  `);
});

test("a layout with channels last is kept", () => {
  const g = graphBuilder();
  const graph = fixInput(g.build([g.Relu(g.input("X", "float32", [1, "h", "w", 3]))]), { height: 4, width: 6 });
  expect(graph.outputs[0]?.shape).toEqual(["N", 4, 6, 3]);
});

test("inputs that are no picture are named", () => {
  const g = graphBuilder();
  const graph = g.build([g.Relu(g.input("ids", "int64", ["N", 128]))]);
  expect(() => fixInput(graph, { height: 8, width: 8 })).toThrow('"ids" int64 [N, 128]');
});

test("a size that the classifier cannot take is an error of shapes", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 3, 8, 8]);
  const graph = g.build([g.MatMul(g.Flatten(X), g.initializer("W", floats(new Float32Array(384), [192, 2])))]);
  expect(() => fixInput(graph, { height: 16, width: 16 })).toThrow(expect.objectContaining({ code: "bad-shape" }));
});

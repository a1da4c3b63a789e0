import { expect, test } from "vitest";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { printGraph } from "../onnx/print.ts";
import { wholeScalars } from "./whole-scalars.ts";

test("a scalar beside a tensor that ends in 1 gets its axes, a constant as a constant", async () => {
  const g = graphBuilder();
  const W = g.input("W", "float32", [3, 2, 1, 1]);
  const rate = g.input("rate", "float32", []);
  const moved = g.Sub(W, g.Mul(g.Mul(W, g.float(0.5)), rate));
  const graph = g.build([g.named("next", moved), g.named("half", g.Mul(rate, g.float(0.5)))]);
  expect(printGraph(wholeScalars(graph))).toMatchInlineSnapshot(`
    "input %W float32[3,2,1,1]
    input %rate float32[]
    weight const_1.whole float32[1,1,1,1]
    %Mul_1[3,2,1,1] = Mul(%W, const_1.whole)
    %rate.whole[1,1,1,1] = Reshape(%rate, [1,1,1,1])
    %Mul_2[3,2,1,1] = Mul(%Mul_1, %rate.whole)
    %Sub_1[3,2,1,1] = Sub(%W, %Mul_2)
    %next[3,2,1,1] = Identity(%Sub_1)
    %Mul_3[] = Mul(%rate, (0.5))
    %half[] = Identity(%Mul_3)
    output %next
    output %half"
  `);
  const feeds = { W: floats([1, -2, 3, -4, 5, -6], [3, 2, 1, 1]), rate: floats([0.25], []) };
  expect(await runInOnnxruntime(wholeScalars(graph), feeds)).toEqual(await runInOnnxruntime(graph, feeds));
});

test("graphs without such a pair stay the graphs that they are", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const rows = g.input("rows", "float32", ["N", 1]);
  const graph = g.build([g.Mul(X, g.float(2)), g.Mul(X, rows), g.Mul(rows, g.constant(floats([2], [1, 1])))]);
  expect(wholeScalars(graph)).toBe(graph);
});

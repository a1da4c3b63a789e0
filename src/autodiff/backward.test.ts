import { describe, expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { printGraph } from "../onnx/print.ts";
import { backward } from "./backward.ts";
import { NoGradient } from "./no-gradient.ts";

const total = (g: GraphBuilder, Y: Value): Value => g.ReduceSum(Y, undefined, { keepdims: 0 });

/** The nodes that `backward` adds. */
function added(g: GraphBuilder, output: Value, wrt: readonly string[], seed?: Value): string {
  const forward = g.nodes();
  const gradients = backward(g, { nodes: forward, output, wrt, ...(seed && { seed }) });
  const known = new Set(forward.map(({ outputs }) => `%${outputs[0]}`));
  const graph: Graph = g.build([...gradients.values()]);
  return printGraph(graph)
    .split("\n")
    .filter((line) => line.startsWith("%") && !known.has(line.split(/[[:]/)[0] ?? ""))
    .join("\n");
}

describe("backward", () => {
  test("walks from the loss to the weights and no further", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", ["N", 3]);
    const [W, B] = [g.input("W", "float32", [4, 3]), g.input("B", "float32", [4])];
    const loss = total(g, g.Relu(g.Gemm(X, W, B, { transB: 1 })));
    expect(added(g, loss, ["W", "B"])).toMatchInlineSnapshot(`
      "%Unsqueeze_1[1,1] = Unsqueeze((1), [0,1])
      %Shape_1:int64[2] = Shape(%Relu_1)
      %Expand_1[N,4] = Expand(%Unsqueeze_1, %Shape_1)
      %HardSigmoid_1[N,4] = HardSigmoid(%Relu_1) {alpha=8.50706e+37, beta=0}
      %Mul_1[N,4] = Mul(%Expand_1, %HardSigmoid_1)
      %Gemm_2[4,3] = Gemm(%Mul_1, %X) {alpha=1, transA=1, transB=0}
      %ReduceSum_2[4] = ReduceSum(%Mul_1, [0]) {keepdims=0}"
    `);
  });

  test("adds up the gradients that meet at a tensor", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", [2]);
    const loss = total(g, g.Add(g.Exp(X), g.Mul(X, X)));
    expect(added(g, loss, ["X"])).toMatchInlineSnapshot(`
      "%Unsqueeze_1[1] = Unsqueeze((1), [0])
      %Expand_1[2] = Expand(%Unsqueeze_1, [2])
      %Mul_2[2] = Mul(%Expand_1, %X)
      %Mul_3[2] = Mul(%Expand_1, %X)
      %Add_2[2] = Add(%Mul_2, %Mul_3)
      %Mul_4[2] = Mul(%Expand_1, %Exp_1)
      %Add_3[2] = Add(%Add_2, %Mul_4)"
    `);
  });

  test("sums over the axes along which an input was broadcast", () => {
    const g = graphBuilder();
    const [A, B] = [g.input("A", "float32", ["N", 1, 4]), g.input("B", "float32", [2, 1])];
    const Y = g.Add(A, B);
    expect(added(g, Y, ["A", "B"], g.input("dY", "float32", Y.shape))).toMatchInlineSnapshot(`
      "%ReduceSum_1[N,1,4] = ReduceSum(%dY, [1]) {keepdims=1}
      %ReduceSum_2[2] = ReduceSum(%dY, [0,2]) {keepdims=0}
      %Unsqueeze_1[2,1] = Unsqueeze(%ReduceSum_2, [1])"
    `);
  });

  test("needs no rule for what lies before the weights", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", ["N", 3]);
    const [frozen] = g.copy({ name: "odd", op: "Odd", domain: "x", inputs: ["X"], outputs: ["Z"], attributes: {} });
    const W = g.input("W", "float32", [3]);
    const loss = total(g, g.Mul(g.Reshape(frozen ?? X, g.ints([-1, 3])), W));
    const gradients = backward(g, { nodes: g.nodes(), output: loss, wrt: ["W"] });
    expect(gradients.get("W")?.shape).toEqual([3]);
  });

  test("gives zeros where the output does not depend on a tensor", () => {
    const g = graphBuilder();
    const [X, W] = [g.input("X", "float32", [2]), g.input("W", "float32", [3])];
    const steps = g.Floor(W);
    const loss = g.Add(total(g, X), total(g, steps));
    expect(added(g, loss, ["W"])).toMatchInlineSnapshot(`"%ConstantOfShape_1[3] = ConstantOfShape([3]) {value=[0]}"`);
  });

  test("differentiates by a tensor inside of the graph", () => {
    const g = graphBuilder();
    const Y = g.Exp(g.input("X", "float32", [2]));
    const gradients = backward(g, { nodes: g.nodes(), output: total(g, g.Mul(Y, Y)), wrt: [Y.name] });
    expect([...gradients.keys()]).toEqual([Y.name]);
  });

  test("takes no gradient through whole numbers", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", [2]);
    const whole = g.Cast(g.Cast(X, { to: 7 }), { to: 1 });
    expect(added(g, total(g, g.Mul(X, whole)), ["X"])).toMatchInlineSnapshot(`
      "%Unsqueeze_1[1] = Unsqueeze((1), [0])
      %Expand_1[2] = Expand(%Unsqueeze_1, [2])
      %Mul_2[2] = Mul(%Expand_1, %Cast_2)"
    `);
  });

  test("names the node whose op has no rule, and what can be trained instead", () => {
    const g = graphBuilder();
    g.input("W", "float32", [3]);
    g.copy({ name: "odd", op: "Odd", domain: "x", inputs: ["W"], outputs: ["Z"], attributes: {} });
    const output = g.value("Z");
    const seed = g.constant(floats([1, 1, 1]));
    const attempt = () => backward(g, { nodes: g.nodes(), output, wrt: ["W"], seed });
    expect(attempt).toThrow(NoGradient);
    expect(attempt).toThrow('No gradient passes x.Odd (node "odd")');
    expect(attempt).toThrow(expect.objectContaining({ code: "no-gradient", hint: expect.stringContaining('"odd"') }));
  });

  test("asks for a seed where the output is no scalar", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", ["N", 3]);
    const attempt = () => backward(g, { nodes: [], output: X, wrt: ["X"] });
    expect(attempt).toThrow(expect.objectContaining({ code: "bad-shape", hint: expect.stringContaining("seed") }));
  });
});

import { expect, test } from "vitest";
import { type GraphBuilder, graphBuilder, type Value } from "../../onnx/builder.ts";
import { printGraph } from "../../onnx/print.ts";
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

test("a batch's own statistics, given out by the node, cost two reductions and six passes over X", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 3, 8, 8]);
  const parameters = ["scale", "B", "input_mean", "input_var"].map((name) => g.input(name, "float32", [3]));
  const attributes = { training_mode: 1, momentum: 0 };
  const [Y = X] = g.outputs("BatchNormalization", [X, ...parameters], attributes, 3);
  const seed = g.input("dY", "float32", Y.shape);
  const gradients = backward(g, { nodes: g.nodes(), output: Y, wrt: ["X", "scale", "B"], seed });
  const named = [...gradients].map(([name, value]) => g.named(`d${name}`, value));
  expect(printGraph(g.build(named))).toMatchInlineSnapshot(`
    "input %X float32[N,3,8,8]
    input %scale float32[3]
    input %B float32[3]
    input %input_mean float32[3]
    input %input_var float32[3]
    input %dY float32[N,3,8,8]
    %BatchNormalization_1[N,3,8,8], %BatchNormalization_1.running_mean[3], %BatchNormalization_1.running_var[3] = BatchNormalization(%X, %scale, %B, %input_mean, %input_var) {training_mode=1, momentum=0}
    %Add_1[3] = Add(%BatchNormalization_1.running_var, (0.00001))
    %Sqrt_1[3] = Sqrt(%Add_1)
    %Reciprocal_1[3] = Reciprocal(%Sqrt_1)
    %Shape_1:int64[1] = Shape(%X) {start=0, end=1}
    %Cast_1[1] = Cast(%Shape_1) {to=1}
    %Mul_1[1] = Mul((64), %Cast_1)
    %ReduceSum_1[3] = ReduceSum(%dY, [0,2,3]) {keepdims=0}
    %Div_1[3] = Div(%ReduceSum_1, %Mul_1)
    %Mul_2[3] = Mul(%Reciprocal_1, %Reciprocal_1)
    %Unsqueeze_1[3,1,1] = Unsqueeze(%BatchNormalization_1.running_mean, [1,2])
    %Sub_1[N,3,8,8] = Sub(%X, %Unsqueeze_1)
    %Mul_3[N,3,8,8] = Mul(%dY, %Sub_1)
    %ReduceSum_2[3] = ReduceSum(%Mul_3, [0,2,3]) {keepdims=0}
    %Div_2[3] = Div(%ReduceSum_2, %Mul_1)
    %Mul_4[3] = Mul(%Mul_2, %Div_2)
    %Unsqueeze_2[3,1,1] = Unsqueeze(%Mul_4, [1,2])
    %Mul_5[N,3,8,8] = Mul(%Sub_1, %Unsqueeze_2)
    %Sub_2[N,3,8,8] = Sub(%dY, %Mul_5)
    %Unsqueeze_3[3,1,1] = Unsqueeze(%Div_1, [1,2])
    %Sub_3[N,3,8,8] = Sub(%Sub_2, %Unsqueeze_3)
    %Mul_6[3] = Mul(%scale, %Reciprocal_1)
    %Unsqueeze_4[3,1,1] = Unsqueeze(%Mul_6, [1,2])
    %Mul_7[N,3,8,8] = Mul(%Sub_3, %Unsqueeze_4)
    %Mul_8[3] = Mul(%ReduceSum_2, %Reciprocal_1)
    %dX[N,3,8,8] = Identity(%Mul_7)
    %dscale[3] = Identity(%Mul_8)
    %dB[3] = Identity(%ReduceSum_1)
    output %dX
    output %dscale
    output %dB"
  `);
});

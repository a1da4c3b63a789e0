import { describe, expect, test } from "vitest";
import { random } from "../base/random.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { printGraph } from "../onnx/print.ts";
import { drawMask, withDropoutMasks } from "./dropout.ts";
import { meanSquaredError, softmaxCrossEntropy } from "./losses.ts";
import { adam, sgd } from "./optimizers.ts";
import { trainingProgram } from "./training-program.ts";

/** Y = relu(X · W1) · W2, [N, 2] to [N, 3], with dropout between if asked for. */
function network({ dropout = 0 } = {}) {
  const g = graphBuilder({ name: "net" });
  const X = g.input("X", "float32", ["N", 2]);
  const hidden = g.Relu(g.MatMul(X, g.initializer("W1", floats([1, 0, 0, 1], [2, 2]))));
  const dropped = dropout > 0 ? g.Dropout(hidden, g.float(dropout)) : hidden;
  const Y = g.MatMul(dropped, g.initializer("W2", floats([1, 0, 0, 0, 1, 0], [2, 3])));
  return g.build([g.named("logits", Y)]);
}

test("a step is one graph: forward, loss, backward, update", () => {
  const program = trainingProgram(network(), { trainable: ["W2"], loss: meanSquaredError(), optimizer: sgd() });
  expect(printGraph(program.step.graph)).toMatchInlineSnapshot(`
    "input %X float32[N,2]
    input %W2 float32[2,3]
    input %targets float32[N,3]
    input %optimizer.learning_rate float32[]
    weight W1 float32[2,2]
    %MatMul_1[N,2] = MatMul(%X, W1)
    %Relu_1[N,2] = Relu(%MatMul_1)
    %logits[N,3] = MatMul(%Relu_1, %W2)
    %step.Sub_1[N,3] = Sub(%logits, %targets)
    %step.Mul_1[N,3] = Mul(%step.Sub_1, %step.Sub_1)
    %step.ReduceMean_1[N] = ReduceMean(%step.Mul_1, [-1]) {keepdims=0}
    %loss[] = ReduceMean(%step.ReduceMean_1) {keepdims=0}
    %step.Unsqueeze_1[1] = Unsqueeze((1), [0])
    %step.Shape_1:int64[1] = Shape(%step.ReduceMean_1) {start=0, end=1}
    %step.Cast_1[1] = Cast(%step.Shape_1) {to=1}
    %step.Mul_2[1] = Mul((1), %step.Cast_1)
    %step.Div_1[1] = Div(%step.Unsqueeze_1, %step.Mul_2)
    %step.Shape_2:int64[1] = Shape(%step.ReduceMean_1)
    %step.Expand_1[N] = Expand(%step.Div_1, %step.Shape_2)
    %step.Unsqueeze_2[N,1] = Unsqueeze(%step.Expand_1, [1])
    %step.Div_2[N,1] = Div(%step.Unsqueeze_2, (3))
    %step.Expand_2[N,3] = Expand(%step.Div_2, [1,3])
    %step.Mul_3[N,3] = Mul(%step.Expand_2, %step.Sub_1)
    %step.Mul_4[N,3] = Mul(%step.Expand_2, %step.Sub_1)
    %step.Add_1[N,3] = Add(%step.Mul_3, %step.Mul_4)
    %step.Transpose_1[2,N] = Transpose(%Relu_1) {perm=[1,0]}
    %step.MatMul_1[2,3] = MatMul(%step.Transpose_1, %step.Add_1)
    %step.Mul_5[2,3] = Mul(%step.MatMul_1, %optimizer.learning_rate)
    %next:W2[2,3] = Sub(%W2, %step.Mul_5)
    output %loss
    output %logits
    output %next:W2"
  `);
  expect(program.step).toMatchObject({ state: ["W2"], updates: { "next:W2": "W2" } });
});

test("state holds each weight as it is and its slots at zero", () => {
  const { state } = trainingProgram(network(), {
    trainable: ["W1", "W2"],
    loss: softmaxCrossEntropy(),
    optimizer: adam(),
  });
  expect(Object.keys(state)).toEqual(["W1", "m:W1", "v:W1", "W2", "m:W2", "v:W2"]);
  expect(state.W1).toEqual(floats([1, 0, 0, 1], [2, 2]));
  expect(state["m:W2"]).toEqual(floats([0, 0, 0, 0, 0, 0], [2, 3]));
});

test("what is frozen gets no gradient: nothing before the trained layer is differentiated", () => {
  const { step } = trainingProgram(network(), { trainable: ["W2"], loss: softmaxCrossEntropy(), optimizer: sgd() });
  const products = step.graph.nodes.filter(({ op }) => op === "MatMul");
  expect(products.length).toBe(3);
  expect(step.graph.initializers.has("W1")).toBe(true);
});

test("refuses to train nothing, and a graph without [N, C] logits", () => {
  const options = { loss: softmaxCrossEntropy(), optimizer: sgd() };
  expect(() => trainingProgram(network(), { ...options, trainable: [] })).toThrowError(/No weight is trainable/);
  expect(() => trainingProgram(network(), { ...options, trainable: ["W9"] })).toThrowError(/"W9"/);
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4, 4]);
  const flat = g.build([g.named("y", g.Mul(X, g.initializer("w", floats([2], [1]))))]);
  expect(() => trainingProgram(flat, { ...options, trainable: ["w"] })).toThrowError(/not \[N, C\]/);
});

describe("dropout", () => {
  test("becomes a product with a fed mask while training, and is nothing in evaluation", () => {
    const options = { trainable: ["W1"], loss: softmaxCrossEntropy(), optimizer: sgd() };
    const program = trainingProgram(network({ dropout: 0.25 }), options);
    const [mask] = program.masks;
    expect(mask).toMatchObject({ shape: ["N", 2], rate: 0.25 });
    expect(program.step.graph.inputs.map(({ name }) => name)).toContain(mask?.name);
    expect(program.step.graph.nodes.some(({ op }) => op === "Dropout")).toBe(false);
    expect(program.evaluate.graph.inputs.map(({ name }) => name)).toEqual(["X", "W1", "targets"]);
  });

  test("masks keep the mean, drop the share asked for, and repeat with the seed", () => {
    const [mask] = withDropoutMasks(network({ dropout: 0.25 })).masks;
    if (!mask) throw new Error("no mask");
    const draw = (seed: number) => Array.from(drawMask(mask, { batch: 5000, rng: random(seed) }).data, Number);
    const drawn = draw(1);
    expect(new Set(drawn)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(drawn.filter((value) => value === 0).length / drawn.length).toBeCloseTo(0.25, 1);
    expect(draw(1)).toEqual(drawn);
    expect(draw(2)).not.toEqual(drawn);
  });
});

import { describe, expect, test } from "vitest";
import { floats, ints, zeros } from "../../base/tensor.ts";
import { graphBuilder } from "../builder.ts";
import type { Attributes, Node } from "../graph.ts";
import { inferNode, inferShapes } from "./infer.ts";
import type { Known } from "./known.ts";

const node = (op: string, attributes: Attributes = {}, outputs: readonly string[] = ["y"], domain = ""): Node => ({
  name: `${op}_0`,
  op,
  domain,
  inputs: [],
  outputs,
  attributes,
});
const x = (...shape: readonly (number | string)[]): Known => ({ name: "x", dtype: "float32", shape });
const unknown: Known = { name: "x", dtype: "float32", shape: undefined };
const whole = (value: ReturnType<typeof ints>): Known => ({
  name: "c",
  dtype: value.dtype,
  shape: value.shape,
  constant: value,
});
const shapeOf = (made: Node, ...inputs: readonly (Known | undefined)[]) =>
  inferNode(made, inputs).map(({ shape }) => shape);

describe("contradictions name the node, the shapes and what is wrong", () => {
  test.each<readonly [string, Node, readonly Known[]]>([
    ["X's channels and those that W reads in 1 group(s) differ: 3 and 2", node("Conv"), [x(1, 3, 8, 8), x(4, 2, 3, 3)]],
    ["B and the output channels differ: 5 and 4", node("Conv"), [x(1, 3, 8, 8), x(4, 3, 3, 3), x(5)]],
    ["a window of 3 does not fit into 2", node("Conv"), [x(1, 3, 2, 8), x(4, 3, 3, 3)]],
    ["X has rank 3 and W rank 4", node("Conv"), [x(1, 3, 8), x(4, 3, 3, 3)]],
    ["3 output channels in 2 groups", node("Conv", { group: { kind: "int", value: 2 } }), [x(1, 4, 8), x(3, 2, 3)]],
    [
      "strides has 1 numbers, not 2",
      node("Conv", { strides: { kind: "ints", value: [1] } }),
      [x(1, 3, 8, 8), x(4, 3, 3, 3)],
    ],
    ["must be positive", node("Conv", { strides: { kind: "ints", value: [0, 1] } }), [x(1, 3, 8, 8), x(4, 3, 3, 3)]],
    [
      "auto_pad SAME_UPPER with dilations; it needs pads instead",
      node("Conv", { auto_pad: { kind: "string", value: "SAME_UPPER" }, dilations: { kind: "ints", value: [2, 1] } }),
      [x(1, 3, 8, 8), x(4, 3, 3, 3)],
    ],
    ["kernel_shape is missing", node("MaxPool"), [x(1, 3, 8)]],
    ["B and the channels of X differ: 4 and 3", node("BatchNormalization"), [x(1, 3, 8), x(3), x(4), x(3), x(3)]],
    ["extents 3 and 4 do not broadcast", node("Add"), [x("N", 3), x(4)]],
    ["the inner extents differ: 3 and 4", node("MatMul"), [x("N", 3), x(4, 5)]],
    ["extents 5 and 4", node("Gemm"), [x("N", 3), x(3, 5), x(4)]],
    ["axis 2 is outside of rank 2", node("Softmax", { axis: { kind: "int", value: 2 } }), [x("N", 3)]],
    ["inputs differ on axis 0: 2 and 3", node("Concat", { axis: { kind: "int", value: 1 } }), [x(2, 3), x(3, 3)]],
    ["name one axis twice", node("Transpose", { perm: { kind: "ints", value: [0, 0] } }), [x(2, 3)]],
    ["-1 twice", node("Reshape"), [x("N", 6), whole(ints([-1, -1]))]],
    ["30 elements do not fit into a shape of 4", node("Reshape"), [x(5, 6), whole(ints([4, -1]))]],
    ["6*N elements do not fit into a shape of 7*N", node("Reshape"), [x("N", 6), whole(ints([0, 7]))]],
    ["axis 1 has extent 6, not 1", node("Squeeze"), [x("N", 6), whole(ints([1]))]],
    ["index 3 is outside of an axis of 3", node("Gather"), [x(3, 6), whole(ints([3]))]],
    ["the parts add up to 6, the axis has 7", node("Split"), [x(7), whole(ints([3, 3]))]],
    ["an output extent of -1", node("Pad"), [x(2), whole(ints([-3, 0]))]],
    ["an output extent of", node("ConstantOfShape"), [whole(ints([2 ** 60]))]],
    ["cannot cast to string", node("Cast", { to: { kind: "int", value: 8 } }), [x(2)]],
  ])("%s", (message, made, inputs) => {
    expect(() => inferNode(made, inputs)).toThrow(
      expect.objectContaining({ code: "bad-shape", message: expect.stringContaining(message) }),
    );
    expect(() => inferNode(made, inputs)).toThrow(`${made.op} "${made.name}" (`);
  });

  test("a required input that is absent, and one too many", () => {
    const code = expect.objectContaining({ code: "bad-graph" });
    expect(() => inferNode(node("Conv"), [x(1, 3, 8)])).toThrow(code);
    expect(() => inferNode(node("Relu"), [x(1), x(1)])).toThrow(code);
  });
});

describe("what is not known", () => {
  test("an op or domain that is not known gives outputs of unknown shape", () => {
    expect(inferNode(node("Frobnicate", {}, ["y", "z"]), [x(2)])).toEqual([
      { name: "y", dtype: "float32", shape: undefined },
      { name: "z", dtype: "float32", shape: undefined },
    ]);
    expect(shapeOf(node("Relu", {}, ["y"], "com.example"), x(2))).toEqual([undefined]);
  });

  test("unknown ranks pass through every op without a crash", () => {
    expect(shapeOf(node("Conv"), unknown, x(4, 3, 3, 3))).toEqual([undefined]);
    expect(shapeOf(node("MaxPool", { kernel_shape: { kind: "ints", value: [2] } }, ["y", "i"]), unknown)).toEqual([
      undefined,
      undefined,
    ]);
    expect(shapeOf(node("Flatten"), unknown)).toEqual([["y.0", "y.1"]]);
    expect(shapeOf(node("Gemm"), unknown, x(3, 5))).toEqual([["y.0", 5]]);
    expect(shapeOf(node("Add"), unknown, x(3))).toEqual([undefined]);
    expect(shapeOf(node("Shape"), unknown)).toEqual([["y.0"]]);
    expect(shapeOf(node("Reshape"), unknown, whole(ints([3, -1])))).toEqual([[3, "y.1"]]);
  });

  test("an extent that cannot be followed is named after its tensor and axis", () => {
    const length: Known = { name: "ends", dtype: "int64", shape: [1] };
    expect(shapeOf(node("Slice"), x(5, 6), whole(ints([0])), length)).toEqual([["y.0", 6]]);
    expect(shapeOf(node("Reshape"), x(5, 6), { name: "shape", dtype: "int64", shape: [3] })).toEqual([
      ["y.0", "y.1", "y.2"],
    ]);
    expect(shapeOf(node("ReduceSum"), x(5, 6), length)).toEqual([["y.0", "y.1"]]);
  });

  test("names: 1 gives way, a number wins, two names stay apart", () => {
    expect(shapeOf(node("Add"), x("N", 1, "C"), x("N", "H", 1))).toEqual([["N", "H", "C"]]);
    expect(shapeOf(node("Add"), x("N"), x(8))).toEqual([[8]]);
    expect(shapeOf(node("Add"), x("N"), x("M"))).toEqual([["max(M,N)"]]);
  });
});

test("attributes of older opsets stand in for inputs of that name", () => {
  const axes = (...value: number[]): Attributes => ({ axes: { kind: "ints", value } });
  expect(shapeOf(node("Unsqueeze", axes(0)), x("N", 3))).toEqual([[1, "N", 3]]);
  expect(shapeOf(node("ReduceMean", axes(1, 2)), x("N", 3, 4))).toEqual([["N", 1, 1]]);
  const pads: Attributes = { pads: { kind: "ints", value: [0, 1, 0, 1] } };
  expect(shapeOf(node("Pad", pads), x("N", 3))).toEqual([["N", 5]]);
});

test("shape arithmetic as PyTorch's view(size(0), -1) keeps the batch and computes the rest", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 8, 4, 4]);
  const batch = g.Unsqueeze(g.Gather(g.Shape(X), g.constant(ints([0], []))), g.ints([0]));
  const wanted = g.Concat(batch, g.ints([-1]), { axis: 0 });
  expect(wanted.dims).toEqual(["N", -1]);
  expect(g.Reshape(X, wanted).shape).toEqual(["N", 128]);
});

test("elements that are all numbers are a constant too", () => {
  const g = graphBuilder();
  const extents = g.Shape(g.input("X", "float32", ["N", 8, 4]), { start: 1 });
  expect(extents.constant).toEqual(ints([8, 4]));
  expect(g.Cast(g.Mul(extents, g.ints([2])), { to: 6 }).constant?.data).toEqual(Int32Array.of(16, 8));
});

test("inferShapes knows inputs, weights and every node's outputs, and refuses dangling names", () => {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const Y = g.Relu(g.Gemm(X, g.initializer("W", zeros("float32", [4, 3]))));
  const graph = g.build([Y]);
  const known = inferShapes(graph);
  expect([...known].map(([name, { shape }]) => [name, shape])).toEqual([
    ["X", ["N", 4]],
    ["W", [4, 3]],
    ["Gemm_1", ["N", 3]],
    ["Relu_1", ["N", 3]],
  ]);
  expect(known.get("W")?.constant).toEqual(floats(new Float32Array(12), [4, 3]));
  expect(() => inferShapes({ ...graph, inputs: [] })).toThrow('reads "X"');
});

import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { floats, ints, type Tensor, tensor } from "../base/tensor.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Attributes, Graph, Model, Node } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { acceptModel } from "./accept.ts";

const node = (
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
): Node => ({
  name: `${op}:${outputs.join()}`,
  op,
  domain: "",
  inputs,
  outputs,
  attributes,
});
const float = (name: string, shape?: readonly (number | string)[]) => ({ name, dtype: "float32", shape }) as const;
const branch = (
  nodes: readonly Node[],
  outputs: readonly string[],
  weights: Readonly<Record<string, Tensor>> = {},
): Graph => ({
  name: outputs.join(),
  inputs: [],
  outputs: outputs.map((name) => float(name)),
  nodes,
  initializers: new Map(Object.entries(weights)),
});
/** onnxruntime asks for an Identity here. */
const passing = (name: string): Graph => branch([node("Identity", [name], [`${name}.same`])], [`${name}.same`]);
const choice = (condition: string, outputs: readonly string[], yes: Graph, no: Graph): Node =>
  node("If", [condition], outputs, {
    then_branch: { kind: "graph", value: yes },
    else_branch: { kind: "graph", value: no },
  });

interface Options {
  readonly opset?: number;
  readonly weights?: Readonly<Record<string, Tensor>>;
}

/** x [N, 3, 1] to y */
const model = (nodes: readonly Node[], { opset = 17, weights = {} }: Options = {}): Model => ({
  ...modelOf({
    name: "g",
    inputs: [float("x", ["N", 3, 1])],
    outputs: [float("y")],
    nodes,
    initializers: new Map(Object.entries(weights)),
  }),
  irVersion: 7,
  opsets: new Map([["", opset]]),
});

async function run(of: Model): Promise<unknown> {
  const session = await InferenceSession.create(encodeModel(of), { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new OrtTensor("float32", Float32Array.of(1, -2, 3, 4, -5, 6), [2, 3, 1]) });
  return { shape: y?.dims, data: Array.from(y?.data ?? [], Number) };
}

/** onnxruntime chooses when it runs: the model without the choice must say the same. */
async function accepted(source: Model): Promise<Graph> {
  const { model: plain } = acceptModel(source);
  expect(await run({ ...modelOf(plain.graph) })).toEqual(await run(source));
  expect(plain.graph.nodes.filter(({ op }) => op === "If")).toEqual([]);
  return plain.graph;
}

const axes = (...value: readonly number[]): Attributes => ({ axes: { kind: "ints", value } });
const yes = { c: tensor("bool", [], Uint8Array.of(1)) };

describe("an If whose condition follows from shapes and constants gives way to the branch that it takes", () => {
  test("as old exporters write squeeze: in its old form, with what is behind it", async () => {
    const squeeze = choice(
      "one",
      ["s"],
      branch([node("Squeeze", ["x"], ["a"], axes(2))], ["a"]),
      branch([node("Identity", ["x"], ["b"])], ["b"]),
    );
    const nodes = [
      node("Shape", ["x"], ["shape"]),
      node("Gather", ["shape", "two"], ["extent"]),
      node("Equal", ["extent", "unit"], ["one"]),
      squeeze,
      node("ReduceSum", ["s"], ["y"], { ...axes(1), keepdims: { kind: "int", value: 0 } }),
    ];
    const weights = { two: ints([2], []), unit: ints([1], []) };
    const graph = await accepted(model(nodes, { opset: 11, weights }));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Squeeze", "ReduceSum"]);
  });

  test.each([1, 0])("for the condition %i, with weights and names of the branch's own", async (value) => {
    const inner = (op: string, number: number) =>
      branch([node(op, ["x", "w"], ["t"]), node("Relu", ["t"], ["o"])], ["o"], { w: floats([number], []) });
    const nodes = [
      choice("c", ["p"], inner("Add", 2), inner("Mul", 3)),
      choice("c", ["q"], inner("Sub", 4), inner("Div", 5)),
      node("Concat", ["p", "q"], ["y"], { axis: { kind: "int", value: 1 } }),
    ];
    const graph = await accepted(model(nodes, { weights: { c: tensor("bool", [1], Uint8Array.of(value)) } }));
    const ops = graph.nodes.map(({ op }) => op);
    expect(ops).toEqual(
      value === 1 ? ["Add", "Relu", "Sub", "Relu", "Concat"] : ["Mul", "Relu", "Div", "Relu", "Concat"],
    );
  });

  test("in one another, and with branches that only pass something on", async () => {
    const deep = choice("c", ["deep"], passing("x"), branch([node("Neg", ["t"], ["n"])], ["n"]));
    const outer = branch([node("Exp", ["x"], ["t"]), deep, node("Add", ["deep", "t"], ["o"])], ["o"]);
    const graph = await accepted(model([choice("c", ["y"], outer, passing("x"))], { weights: yes }));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Exp", "Add"]);
  });

  test("where a branch gives out a tensor from around it, which onnxruntime does not take", () => {
    const { model: plain } = acceptModel(
      model([choice("c", ["y"], branch([], ["x"]), passing("x"))], { weights: yes }),
    );
    expect(plain.graph.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
      ["Identity", ["x"], ["y"]],
    ]);
  });

  test("and names a weight that a branch gives out", async () => {
    const given = branch([], ["k"], { k: floats([7, 8]) });
    await accepted(model([choice("c", ["s"], given, passing("x")), node("Add", ["x", "s"], ["y"])], { weights: yes }));
  });
});

test("an If that chooses when the model runs is refused by name", () => {
  const nodes = [
    node("ReduceMax", ["x"], ["m"], { keepdims: { kind: "int", value: 0 } }),
    node("Cast", ["m"], ["c"], { to: { kind: "int", value: 9 } }),
    choice("c", ["y"], passing("x"), branch([node("Neg", ["x"], ["n"])], ["n"])),
  ];
  expect(() => acceptModel(model(nodes))).toThrow(
    expect.objectContaining({
      code: "unsupported-model",
      message: expect.stringContaining('If "If:y" chooses between its branches when the model runs'),
      hint: expect.stringMatching(/\w/),
    }),
  );
});

import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { random } from "../base/random.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { floats, ints, type Tensor } from "../base/tensor.ts";
import { encodeModel } from "../onnx/encode.ts";
import { type Attributes, type Graph, type Model, type Node, OPSET } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { printGraph } from "../onnx/print.ts";
import { raiseOpset } from "./raise-opset.ts";

const X: readonly number[] = [2, 3, 4, 5];

interface Case {
  readonly name: string;
  readonly opset: number;
  readonly op: string;
  readonly attributes?: Attributes;
  /** Further inputs, constant. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
  /** Whether the axes of X are names in the model. */
  readonly open?: boolean;
}

const int = (value: number) => ({ kind: "int", value }) as const;
const float = (value: number) => ({ kind: "float", value }) as const;
const list = (...value: readonly number[]) => ({ kind: "ints", value }) as const;

const cases: readonly Case[] = [
  { name: "Clip with attributes", opset: 7, op: "Clip", attributes: { min: float(-0.5), max: float(0.25) } },
  { name: "Clip with a maximum only", opset: 10, op: "Clip", attributes: { max: float(0.25) } },
  { name: "Dropout with a ratio", opset: 7, op: "Dropout", attributes: { ratio: float(0.5) } },
  { name: "Dropout with an unread mask", opset: 9, op: "Dropout", outputs: ["Y", "mask"] },
  { name: "Pad", opset: 10, op: "Pad", attributes: { pads: list(0, 0, 1, 2, 0, 0, 0, 1), value: float(0.75) } },
  { name: "Pad with its default value", opset: 7, op: "Pad", attributes: { pads: list(0, 0, 1, 2, 0, 0, 0, 1) } },
  {
    name: "Pad by reflection",
    opset: 10,
    op: "Pad",
    attributes: { pads: list(0, 0, 1, 1, 0, 0, 1, 1), mode: { kind: "string", value: "reflect" } },
  },
  { name: "Slice", opset: 9, op: "Slice", attributes: { starts: list(1, 0), ends: list(4, -1), axes: list(2, 3) } },
  { name: "Slice of the first axes", opset: 9, op: "Slice", attributes: { starts: list(0, 1), ends: list(1, 3) } },
  { name: "ReduceMean", opset: 17, op: "ReduceMean", attributes: { axes: list(2, 3), keepdims: int(0) } },
  { name: "ReduceMean of everything", opset: 13, op: "ReduceMean" },
  { name: "ReduceMax", opset: 12, op: "ReduceMax", attributes: { axes: list(-1) } },
  { name: "ReduceSum", opset: 12, op: "ReduceSum", attributes: { axes: list(1) } },
  { name: "ReduceSumSquare", opset: 13, op: "ReduceSumSquare", attributes: { axes: list(1) } },
  { name: "Unsqueeze", opset: 12, op: "Unsqueeze", attributes: { axes: list(0, 3) } },
  {
    name: "Split by lengths",
    opset: 11,
    op: "Split",
    attributes: { axis: int(3), split: list(2, 3) },
    outputs: ["Y", "Z"],
  },
  { name: "Split in halves", opset: 13, op: "Split", attributes: { axis: int(2) }, outputs: ["Y", "Z"] },
  { name: "Softmax over all but the batch", opset: 12, op: "Softmax" },
  { name: "Softmax from axis 2 on", opset: 7, op: "Softmax", attributes: { axis: int(2) } },
  { name: "Softmax from axis 2 on, shape open", opset: 11, op: "Softmax", attributes: { axis: int(2) }, open: true },
  { name: "Softmax of the last axis", opset: 11, op: "Softmax", attributes: { axis: int(-1) } },
  { name: "LogSoftmax from axis -2 on", opset: 11, op: "LogSoftmax", attributes: { axis: int(-2) } },
  {
    name: "BatchNormalization with spatial",
    opset: 7,
    op: "BatchNormalization",
    attributes: { spatial: int(1), epsilon: float(1e-3) },
    constants: {
      scale: floats([1, 2, 3]),
      B: floats([0.5, 0, -0.5]),
      mean: floats([0.1, 0.2, 0.3]),
      variance: floats([1, 0.5, 2]),
    },
  },
  {
    name: "Sum of three",
    opset: 8,
    op: "Sum",
    constants: { a: floats([1, 2, 3, 4, 5]), b: floats([0.25], [1, 1, 1, 1]) },
  },
  { name: "Sum of one", opset: 13, op: "Sum" },
  { name: "Cast with saturate", opset: 19, op: "Cast", attributes: { to: int(1), saturate: int(1) } },
  { name: "Reshape", opset: 7, op: "Reshape", constants: { shape: ints([0, -1]) } },
  { name: "Relu of the newest opset", opset: 26, op: "Relu" },
];

function modelFor({ opset, op, attributes = {}, constants = {}, outputs = ["Y"], open = false }: Case): Model {
  const shape: Shape = open ? ["A", "B", "C", "D"] : X;
  const node: Node = { name: "node", op, domain: "", inputs: ["X", ...Object.keys(constants)], outputs, attributes };
  const graph: Graph = {
    name: "case",
    inputs: [{ name: "X", dtype: "float32", shape }],
    outputs: outputs.filter((name) => name !== "mask").map((name) => ({ name, dtype: "float32", shape: undefined })),
    nodes: [node],
    initializers: new Map(Object.entries(constants)),
  };
  return { graph, irVersion: 7, opsets: new Map([["", opset]]), producer: "test", metadata: {} };
}

const rng = random(5);
const data = Float32Array.from({ length: sizeOf(X) }, () => rng.uniform(-1, 1));

async function run(
  model: Model,
): Promise<Record<string, { readonly dims: readonly number[]; readonly data: number[] }>> {
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  const results = await session.run({ X: new OrtTensor("float32", data, X) });
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, { dims: value.dims, data: Array.from(value.data, Number) }]),
  );
}

describe("raising computes the same", () => {
  test.each(cases)("$name, opset $opset", async (old) => {
    const model = modelFor(old);
    const raised = raiseOpset(model);
    expect(raised.opsets.get("")).toBe(OPSET);
    const [before, after, saved] = [
      await run(model),
      await run({ ...raised, irVersion: 10 }),
      await run(modelOf(raised.graph)),
    ];
    for (const [name, { dims, data: numbers }] of Object.entries(before)) {
      for (const result of [after, saved]) {
        expect(result[name]?.dims).toEqual(dims);
        expect(result[name]?.data ?? []).toBeAllclose(numbers, { rtol: 1e-6, atol: 1e-7 });
      }
    }
  });
});

const printed = (one: Omit<Case, "name">) => printGraph(raiseOpset(modelFor({ name: "", ...one })).graph);

test("attributes become inputs", () => {
  expect(printed({ opset: 7, op: "Clip", attributes: { min: float(0), max: float(6) } })).toMatchInlineSnapshot(`
    "input %X float32[2,3,4,5]
    %Y[2,3,4,5] = Clip(%X, (0), (6))
    output %Y"
  `);
});

test("an old Softmax over several axes goes by way of a matrix", () => {
  expect(printed({ opset: 12, op: "Softmax" })).toMatchInlineSnapshot(`
    "input %X float32[2,3,4,5]
    %X.rows[2,60] = Flatten(%X) {axis=1}
    %X.softmax[2,60] = Softmax(%X.rows) {axis=-1}
    %X.shape:int64[4] = Shape(%X)
    %Y[2,3,4,5] = Reshape(%X.softmax, %X.shape)
    output %Y"
  `);
});

test("an old Softmax of [N, C, 1, 1] stays one node", () => {
  const model = modelFor({ name: "", opset: 12, op: "Softmax" });
  const graph = { ...model.graph, inputs: [{ name: "X", dtype: "float32", shape: ["N", 3, 1, 1] } as const] };
  expect(printGraph(raiseOpset({ ...model, graph }).graph)).toMatchInlineSnapshot(`
    "input %X float32[N,3,1,1]
    %Y[N,3,1,1] = Softmax(%X) {axis=1}
    output %Y"
  `);
});

test.each([
  ["opset 6", { opset: 6, op: "Relu" }, "unsupported-opset"],
  ["opset 27", { opset: 27, op: "Relu" }, "unsupported-opset"],
  ["an unknown op", { opset: 13, op: "Frobnicate" }, "unknown-op"],
  ["an unknown op of the newest opset", { opset: 24, op: "TensorScatter" }, "unknown-op"],
  [
    "statistics per pixel",
    { opset: 7, op: "BatchNormalization", attributes: { spatial: int(0) } },
    "unsupported-attribute",
  ],
  [
    "an attribute that the op does not have",
    { opset: 21, op: "Relu", attributes: { slope: float(1) } },
    "unsupported-attribute",
  ],
  ["a float mask that is given out", { opset: 9, op: "Dropout", outputs: ["mask", "Y"] }, "unsupported-attribute"],
] as const)("%s is refused", (_, one, code) => {
  const model = modelFor({ name: "", ...one });
  const graph: Graph =
    one.op === "Dropout"
      ? { ...model.graph, outputs: [{ name: "Y", dtype: "float32", shape: undefined }] }
      : model.graph;
  expect(() => raiseOpset({ ...model, graph })).toThrow(expect.objectContaining({ code }));
});

test("nodes of com.microsoft pass through", () => {
  const model = modelFor({ name: "", opset: 17, op: "QuickGelu" });
  const nodes = model.graph.nodes.map((node) => ({ ...node, domain: "com.microsoft" }));
  const raised = raiseOpset({ ...model, graph: { ...model.graph, nodes } });
  expect(raised.graph.nodes).toEqual(nodes);
});

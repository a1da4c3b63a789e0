import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { random } from "../base/random.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { floats, ints, type Tensor, tensor } from "../base/tensor.ts";
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
  /** Inputs that are not constant; X alone where left out. */
  readonly inputs?: readonly string[];
  /** Further inputs, constant. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
  /** Shape of X, of as many elements as by default. */
  readonly shape?: readonly number[];
  /** Whether the axes of X are names in the model. */
  readonly open?: boolean;
}

const int = (value: number) => ({ kind: "int", value }) as const;
const float = (value: number) => ({ kind: "float", value }) as const;
const text = (value: string) => ({ kind: "string", value }) as const;
const list = (...value: readonly number[]) => ({ kind: "ints", value }) as const;
const some = (...shape: readonly number[]) =>
  floats(
    Array.from({ length: sizeOf(shape) }, (_, at) => Math.sin(at * 7.3)),
    shape,
  );
/** Every third one is false. */
const bools = (...shape: readonly number[]) =>
  tensor(
    "bool",
    shape,
    Uint8Array.from({ length: sizeOf(shape) }, (_, at) => (at % 3 === 2 ? 0 : 1)),
  );

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
    name: "GroupNormalization with one scale for all channels",
    opset: 18,
    op: "GroupNormalization",
    attributes: { num_groups: int(1) },
    constants: { scale: floats([2]), bias: floats([0.5]) },
  },
  {
    name: "GroupNormalization with a scale per group",
    opset: 20,
    op: "GroupNormalization",
    attributes: { num_groups: int(3), epsilon: float(0.01) },
    constants: { scale: floats([1, 2, 3]), bias: floats([0.5, 0, -0.5]) },
  },
  {
    name: "Sum of three",
    opset: 8,
    op: "Sum",
    constants: { a: floats([1, 2, 3, 4, 5]), b: floats([0.25], [1, 1, 1, 1]) },
  },
  { name: "Sum of one", opset: 13, op: "Sum" },
  {
    name: "Mean of three",
    opset: 8,
    op: "Mean",
    constants: { a: floats([1, 2, 3, 4, 5]), b: floats([0.25], [1, 1, 1, 1]) },
  },
  { name: "Mean of one", opset: 13, op: "Mean" },
  { name: "ReduceMin", opset: 12, op: "ReduceMin", attributes: { axes: list(-1) } },
  { name: "ReduceProd", opset: 13, op: "ReduceProd", attributes: { axes: list(1, 2), keepdims: int(0) } },
  { name: "ReduceL1", opset: 17, op: "ReduceL1", attributes: { axes: list(3) } },
  { name: "ReduceL2", opset: 11, op: "ReduceL2", attributes: { axes: list(-1), keepdims: int(1) } },
  { name: "ReduceLogSumExp", opset: 9, op: "ReduceLogSumExp", attributes: { axes: list(1) } },
  { name: "Swish", opset: 24, op: "Swish" },
  { name: "Swish with alpha", opset: 24, op: "Swish", attributes: { alpha: float(1.5) } },
  {
    name: "RMSNormalization",
    opset: 23,
    op: "RMSNormalization",
    attributes: { epsilon: float(1e-3) },
    constants: { scale: floats([1, 2, 3, 4, 5]) },
  },
  {
    name: "RMSNormalization from axis 2 on",
    opset: 26,
    op: "RMSNormalization",
    attributes: { axis: int(2), stash_type: int(1) },
    constants: { scale: floats([1, 2, 3, 4, 5]) },
  },
  { name: "Attention of heads", opset: 23, op: "Attention", constants: { K: some(2, 3, 6, 5), V: some(2, 3, 6, 7) } },
  {
    name: "Attention with a scale and a mask of floats",
    opset: 24,
    op: "Attention",
    attributes: { scale: float(0.7) },
    constants: { K: some(2, 3, 6, 5), V: some(2, 3, 6, 7), mask: some(4, 6) },
  },
  {
    name: "Attention with a mask of bools",
    opset: 26,
    op: "Attention",
    constants: { K: some(2, 3, 3, 5), V: some(2, 3, 3, 5), mask: bools(4, 3) },
  },
  {
    name: "Attention that splits the heads itself",
    opset: 23,
    op: "Attention",
    attributes: { q_num_heads: int(3), kv_num_heads: int(3) },
    constants: { K: some(2, 5, 6), V: some(2, 5, 9) },
    shape: [2, 10, 6],
  },
  { name: "Cast with saturate", opset: 19, op: "Cast", attributes: { to: int(1), saturate: int(1) } },
  { name: "Reshape", opset: 7, op: "Reshape", constants: { shape: ints([0, -1]) } },
  {
    name: "Pad of some axes",
    opset: 21,
    op: "Pad",
    constants: { pads: ints([1, 2]), value: floats([0.5], []), axes: ints([-2]) },
  },
  ...upsamplings(),
  {
    name: "Resize with empty scales",
    opset: 11,
    op: "Resize",
    constants: { roi: floats([]), scales: floats([]), sizes: ints([2, 3, 8, 10]) },
  },
  { name: "TopK", opset: 9, op: "TopK", attributes: { k: int(2), axis: int(1) }, outputs: ["Y", "indices"] },
  {
    name: "Scatter",
    opset: 9,
    op: "Scatter",
    attributes: { axis: int(3) },
    constants: { indices: ints([4, 0], [1, 1, 1, 2]), updates: floats([9, 8], [1, 1, 1, 2]) },
  },
  { name: "Sum at the opset of today", opset: OPSET, op: "Sum", constants: { a: floats([1]), b: floats([2]) } },
  { name: "Relu of the newest opset", opset: 26, op: "Relu" },
];

/** Outputs that no one reads and the graph does not give. */
const unread: ReadonlySet<string> = new Set(["mask", "indices"]);

/** Larger, smaller, and one axis each way; odd scales show how coordinates are rounded. */
function upsamplings(): readonly Case[] {
  const growing = [1, 1, 2, 2.4];
  const resizes = [growing, [1, 1, 0.5, 0.6], [1, 1, 2.5, 0.7]].flatMap((scales) =>
    ["nearest", "linear"].map((mode) => ({ scales, mode })),
  );
  return [
    ...resizes.map(({ scales, mode }) => ({
      name: `Resize ${mode} by ${scales}`,
      opset: 10,
      op: "Resize",
      attributes: { mode: text(mode) },
      constants: { scales: floats(scales) },
    })),
    { name: "Upsample", opset: 8, op: "Upsample", attributes: { scales: { kind: "floats", value: growing } } },
    {
      name: "Upsample, linear",
      opset: 7,
      op: "Upsample",
      attributes: { mode: text("linear"), scales: { kind: "floats", value: growing } },
    },
    { name: "Upsample with an input", opset: 9, op: "Upsample", constants: { scales: floats(growing) } },
  ];
}

function modelFor({
  opset,
  op,
  attributes = {},
  inputs = ["X"],
  constants = {},
  outputs = ["Y"],
  shape: given = X,
  open = false,
}: Case): Model {
  const shape: Shape = open ? ["A", "B", "C", "D"] : given;
  const node: Node = {
    name: "node",
    op,
    domain: "",
    inputs: [...inputs, ...Object.keys(constants)],
    outputs,
    attributes,
  };
  const graph: Graph = {
    name: "case",
    inputs: [{ name: "X", dtype: "float32", shape }],
    outputs: outputs.filter((name) => !unread.has(name)).map((name) => ({ name, dtype: "float32", shape: undefined })),
    nodes: [node],
    initializers: new Map(Object.entries(constants)),
  };
  return { graph, irVersion: 7, opsets: new Map([["", opset]]), producer: "test", metadata: {} };
}

const rng = random(5);
const data = Float32Array.from({ length: sizeOf(X) }, () => rng.uniform(-1, 1));

async function run(
  model: Model,
  shape: readonly number[],
): Promise<Record<string, { readonly dims: readonly number[]; readonly data: number[] }>> {
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  const results = await session.run({ X: new OrtTensor("float32", data, shape) });
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
      await run(model, old.shape ?? X),
      await run({ ...raised, irVersion: 10 }, old.shape ?? X),
      await run(modelOf(raised.graph), old.shape ?? X),
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

test("a Pad of some axes spells out all", () => {
  const constants = { pads: ints([1, 2]), value: floats([0.5], []), axes: ints([-2]) };
  expect(printed({ opset: 21, op: "Pad", constants })).toMatchInlineSnapshot(`
    "input %X float32[2,3,4,5]
    %Y[2,3,7,5] = Pad(%X, [0,0,1,0,0,0,2,0], (0.5))
    output %Y"
  `);
});

test("an old Resize that grows along one axis and shrinks along the other becomes two", () => {
  expect(printed({ opset: 10, op: "Resize", constants: { scales: floats([1, 1, 2, 0.5]) } })).toMatchInlineSnapshot(`
    "input %X float32[2,3,4,5]
    %Y.smaller[2,3,4,2] = Resize(%X, _, [1,1,1,0.5]) {coordinate_transformation_mode="asymmetric", nearest_mode="ceil"}
    %Y[2,3,8,2] = Resize(%Y.smaller, _, [1,1,2,1]) {coordinate_transformation_mode="asymmetric", nearest_mode="floor"}
    output %Y"
  `);
});

test("an old Resize to the nearest by scales that are computed is refused", () => {
  const model = modelFor({ name: "", opset: 10, op: "Resize" });
  const nodes = model.graph.nodes.map((node) => ({ ...node, inputs: ["X", "scales"] }));
  const inputs = [...model.graph.inputs, { name: "scales", dtype: "float32", shape: [4] } as const];
  expect(() => raiseOpset({ ...model, graph: { ...model.graph, inputs, nodes } })).toThrow(
    expect.objectContaining({ code: "unsupported-attribute" }),
  );
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

test("a scale per group becomes one per channel", () => {
  const constants = { scale: floats([2, 3]), bias: floats([0.5, -0.5]) };
  const model = modelFor({
    name: "",
    opset: 18,
    op: "GroupNormalization",
    attributes: { num_groups: int(2) },
    constants,
  });
  const graph = { ...model.graph, inputs: [{ name: "X", dtype: "float32", shape: ["N", 6, 4, 5] } as const] };
  const { initializers } = raiseOpset({ ...model, graph }).graph;
  expect(initializers.get("scale.per_channel")?.data).toEqual(Float32Array.of(2, 2, 2, 3, 3, 3));
  expect(initializers.get("bias.per_channel")?.data).toEqual(Float32Array.of(0.5, 0.5, 0.5, -0.5, -0.5, -0.5));
});

test.each([
  ["opset 6", { opset: 6, op: "Relu" }, "unsupported-opset"],
  ["opset 27", { opset: 27, op: "Relu" }, "unsupported-opset"],
  ["an unknown op", { opset: 13, op: "Frobnicate" }, "unknown-op"],
  ["an unknown op of the newest opset", { opset: 24, op: "TensorScatter" }, "unknown-op"],
  ["a causal mask", { opset: 24, op: "Attention", attributes: { is_causal: int(1) } }, "unsupported-attribute"],
  ["capped logits", { opset: 24, op: "Attention", attributes: { softcap: float(5) } }, "unsupported-attribute"],
  [
    "fewer heads for the keys",
    { opset: 24, op: "Attention", attributes: { q_num_heads: int(4), kv_num_heads: int(2) } },
    "unsupported-attribute",
  ],
  ["keys that are given out", { opset: 24, op: "Attention", outputs: ["Y", "key", "value"] }, "unsupported-attribute"],
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
  [
    "a scale per group that is computed",
    { opset: 18, op: "GroupNormalization", attributes: { num_groups: int(1) }, inputs: ["X", "X"] },
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
  const model = modelFor({ name: "", opset: 17, op: "Inverse" });
  const nodes = model.graph.nodes.map((node) => ({ ...node, domain: "com.microsoft" }));
  const raised = raiseOpset({ ...model, graph: { ...model.graph, nodes } });
  expect(raised.graph.nodes).toEqual(nodes);
});

test("a node that came out of a function is raised from the opset of that function", async () => {
  const old = modelFor({ name: "", opset: 11, op: "ReduceSum", attributes: { axes: list(1) } });
  const name = old.graph.nodes[0]?.name ?? "";
  const mixed = { ...old, opsets: new Map([["", 18]]), nodeOpsets: new Map([[name, 11]]) };
  const raised = raiseOpset(mixed);
  expect(raised.nodeOpsets).toBeUndefined();
  expect(await run(modelOf(raised.graph), X)).toEqual(await run(old, X));
  const tooOld = { ...mixed, nodeOpsets: new Map([[name, 5]]) };
  expect(() => raiseOpset(tooOld)).toThrow(expect.objectContaining({ code: "unsupported-opset" }));
});

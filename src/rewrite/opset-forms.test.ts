import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { DType } from "../base/dtype.ts";
import { random } from "../base/random.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats, ints, type Tensor, tensor } from "../base/tensor.ts";
import { encodeModel } from "../onnx/encode.ts";
import { type Attributes, type Graph, type Model, type Node, OPSET } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import type { OpName } from "../onnx/ops.ts";
import { raiseOpset } from "./raise-opset.ts";
import { simplify } from "./simplify.ts";
import { toFloat32 } from "./to-float32.ts";

/** How an op was written from one opset to another. */
interface Form {
  readonly from: number;
  /** The last opset with this form; the newest where it is left out. */
  readonly to?: number;
  readonly attributes?: Attributes;
  /** Inputs behind X; "" leaves one out. */
  readonly constants?: readonly (readonly [name: string, value: Tensor | undefined])[];
  readonly shape?: StaticShape;
  readonly outputs?: readonly string[];
  /** The op's name then. */
  readonly op?: string;
  /** Applied to X before: what makes bools, whole numbers or positive numbers of it. */
  readonly before?: Node;
  /** The output's type, where it is not the op's usual one. */
  readonly gives?: DType;
}

const int = (value: number) => ({ kind: "int", value }) as const;
const float = (value: number) => ({ kind: "float", value }) as const;
const text = (value: string) => ({ kind: "string", value }) as const;
const list = (...value: readonly number[]) => ({ kind: "ints", value }) as const;

const rng = random(5);
const normal = (...shape: StaticShape) =>
  floats(
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    shape,
  );
const whole = (...values: readonly number[]) => ints(values);
const scalar = (value: number) => floats([value], []);
const node = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  name: output,
  op,
  domain: "",
  inputs,
  outputs: [output],
  attributes,
});
const positive = node("Abs", ["X"], "x");
const bools = node("Cast", ["X"], "x", { to: int(9) });

const same: readonly Form[] = [{ from: 7 }];
const onPositive: readonly Form[] = [{ from: 7, before: positive }];
const withOne = (value: Tensor, from = 7): readonly Form[] => [{ from, constants: [["B", value]] }];
const pooled = { kernel_shape: list(3, 3), strides: list(2, 2), pads: list(1, 1, 0, 1) };
const reduced = (last: number): readonly Form[] => [
  { from: 7, to: last, attributes: { axes: list(1, 3), keepdims: int(0) } },
  { from: 11, to: last, attributes: { axes: list(-1) } },
  { from: 7, to: last },
  { from: last + 1, constants: [["axes", whole(1, -1)]] },
];
const softmax: readonly Form[] = [
  { from: 7, to: 12 },
  { from: 7, to: 12, attributes: { axis: int(2) } },
  { from: 13 },
  { from: 13, attributes: { axis: int(1) } },
];
const norm = ["scale", "B", "mean", "var"].map(
  (name) => [name, name === "var" ? floats([1, 2, 0.5]) : normal(3)] as const,
);

const forms: { readonly [O in OpName]?: readonly Form[] } & {
  readonly Sum: readonly Form[];
  readonly Scatter: readonly Form[];
} = {
  Conv: [
    {
      from: 7,
      constants: [
        ["W", normal(2, 3, 3, 3)],
        ["b", normal(2)],
      ],
      attributes: { auto_pad: text("SAME_UPPER"), strides: list(2, 2) },
    },
  ],
  ConvTranspose: [
    {
      from: 7,
      constants: [["W", normal(3, 2, 3, 3)]],
      attributes: { strides: list(2, 2), output_padding: list(1, 1) },
    },
  ],
  Gemm: [
    {
      from: 7,
      shape: [2, 3],
      constants: [
        ["B", normal(4, 3)],
        ["C", normal(4)],
      ],
      attributes: { transB: int(1), alpha: float(0.5), beta: float(2) },
    },
    { from: 11, shape: [2, 3], constants: [["B", normal(3, 4)]] },
  ],
  MatMul: withOne(normal(5, 2)),
  BatchNormalization: [
    { from: 7, to: 8, constants: norm, attributes: { spatial: int(1), momentum: float(0.8), epsilon: float(1e-2) } },
    { from: 9, constants: norm, attributes: { momentum: float(0.8), epsilon: float(1e-2) } },
    { from: 14, constants: norm, attributes: { training_mode: int(0) } },
  ],
  // Before opset 17 it is onnxruntime's own, under the same name.
  LayerNormalization: [
    {
      from: 7,
      constants: [
        ["g", normal(5)],
        ["b", normal(5)],
      ],
      attributes: { axis: int(-1), epsilon: float(1e-3) },
    },
  ],
  MaxPool: [
    { from: 7, attributes: pooled },
    { from: 8, attributes: { ...pooled, storage_order: int(0) } },
    { from: 10, attributes: { ...pooled, ceil_mode: int(1), dilations: list(1, 1) } },
  ],
  AveragePool: [
    { from: 7, attributes: { ...pooled, count_include_pad: int(1) } },
    { from: 10, attributes: { ...pooled, ceil_mode: int(1) } },
    { from: 10, attributes: { ...pooled, pads: list(1, 1, 1, 1), ceil_mode: int(1), count_include_pad: int(1) } },
    { from: 19, attributes: { ...pooled, dilations: list(1, 2) } },
  ],
  GlobalAveragePool: same,
  GlobalMaxPool: same,
  Relu: same,
  LeakyRelu: [{ from: 7, attributes: { alpha: float(0.2) } }],
  Clip: [
    { from: 7, to: 10, attributes: { min: float(-0.5), max: float(0.25) } },
    { from: 7, to: 10, attributes: { min: float(-0.5) } },
    { from: 7, to: 10 },
    {
      from: 11,
      constants: [
        ["low", undefined],
        ["high", scalar(0.25)],
      ],
    },
  ],
  Sigmoid: same,
  HardSigmoid: [{ from: 7 }, { from: 7, attributes: { alpha: float(0.3), beta: float(0.4) } }],
  HardSwish: [{ from: 14 }],
  Tanh: same,
  Softplus: same,
  Elu: same,
  Erf: [{ from: 9 }],
  Gelu: [{ from: 20, attributes: { approximate: text("tanh") } }],
  Softmax: softmax,
  LogSoftmax: softmax,
  Dropout: [
    { from: 7, to: 11, attributes: { ratio: float(0.4) } },
    { from: 7, to: 9, outputs: ["Y", "mask"] },
    { from: 10, outputs: ["Y", "mask"] },
    { from: 12, constants: [["ratio", scalar(0.4)]], attributes: { seed: int(1) } },
  ],
  Add: withOne(normal(3, 1, 5)),
  Sub: withOne(normal(3, 1, 5)),
  Mul: withOne(normal(5)),
  Div: withOne(normal(3, 1, 1)),
  Pow: [
    { from: 7, constants: [["B", scalar(2)]] },
    { from: 12, constants: [["B", whole(3)]] },
  ],
  Sqrt: onPositive,
  Log: onPositive,
  Exp: same,
  Abs: same,
  Neg: same,
  Reciprocal: same,
  Sign: [{ from: 9 }],
  Floor: same,
  Ceil: same,
  Min: [
    {
      from: 8,
      constants: [
        ["B", normal(5)],
        ["C", scalar(0.1)],
      ],
    },
    { from: 7, constants: [["B", normal(2, 3, 4, 5)]] },
  ],
  Max: [
    {
      from: 8,
      constants: [
        ["B", normal(5)],
        ["C", scalar(0.1)],
      ],
    },
    { from: 7, constants: [["B", normal(2, 3, 4, 5)]] },
  ],
  Equal: [{ from: 11, constants: [["B", normal(5)]] }],
  Greater: withOne(normal(5)),
  GreaterOrEqual: withOne(normal(5), 12),
  Less: withOne(normal(5)),
  LessOrEqual: withOne(normal(5), 12),
  And: [{ from: 7, before: bools, constants: [["B", tensor("bool", [5], Uint8Array.of(1, 0, 1, 0, 1))]] }],
  Or: [{ from: 7, before: bools, constants: [["B", tensor("bool", [5], Uint8Array.of(1, 0, 1, 0, 1))]] }],
  Not: [{ from: 7, before: bools }],
  Where: [
    {
      from: 9,
      before: bools,
      constants: [
        ["A", normal(5)],
        ["B", scalar(2)],
      ],
    },
  ],
  ReduceMean: reduced(17),
  ReduceSum: reduced(12),
  ReduceMax: reduced(17),
  ReduceSumSquare: reduced(17),
  ArgMax: [
    { from: 7, attributes: { axis: int(1), keepdims: int(0) } },
    { from: 12, attributes: { axis: int(-1), select_last_index: int(1) } },
  ],
  Concat: [{ from: 7, constants: [["B", normal(2, 3, 1, 5)]], attributes: { axis: int(2) } }],
  Split: [
    { from: 7, to: 12, attributes: { axis: int(3), split: list(2, 3) }, outputs: ["Y", "Z"] },
    { from: 7, to: 17, attributes: { axis: int(2) }, outputs: ["Y", "Z"] },
    { from: 13, constants: [["split", whole(1, 4)]], attributes: { axis: int(-1) }, outputs: ["Y", "Z"] },
    { from: 18, attributes: { axis: int(2), num_outputs: int(2) }, outputs: ["Y", "Z"] },
  ],
  Slice: [
    { from: 7, to: 9, attributes: { starts: list(1, -3), ends: list(3, 9_007_199_254), axes: list(2, 3) } },
    { from: 7, to: 9, attributes: { starts: list(1), ends: list(2) } },
    {
      from: 10,
      constants: [
        ["s", whole(-1)],
        ["e", whole(-5)],
        ["a", whole(3)],
        ["t", whole(-2)],
      ],
    },
  ],
  Gather: [
    { from: 7, constants: [["i", whole(2, 0)]], attributes: { axis: int(1) } },
    { from: 11, constants: [["i", whole(-1)]] },
  ],
  GatherElements: [
    { from: 11, constants: [["i", ints(new Array(24).fill(1), [2, 3, 4, 1])]], attributes: { axis: int(3) } },
  ],
  ScatterElements: [
    {
      from: 11,
      constants: [
        ["i", ints([1, 0], [2, 1, 1, 1])],
        ["u", normal(2, 1, 1, 1)],
      ],
      attributes: { axis: int(1) },
    },
  ],
  Scatter: [
    {
      from: 9,
      to: 10,
      op: "Scatter",
      constants: [
        ["i", ints([1, 0], [2, 1, 1, 1])],
        ["u", normal(2, 1, 1, 1)],
      ],
      attributes: { axis: int(1) },
    },
  ],
  Pad: [
    { from: 7, to: 10, attributes: { pads: list(0, 0, 1, 2, 0, 0, 0, -1), value: float(0.75) } },
    { from: 7, to: 10, attributes: { pads: list(0, 0, 1, 2, 0, 0, 2, 1), mode: text("reflect") } },
    { from: 7, to: 10, attributes: { pads: list(0, 0, 1, 2, 0, 0, 2, 1), mode: text("edge") } },
    { from: 11, constants: [["p", whole(0, 0, 1, 2, 0, 0, 0, 1)]] },
    {
      from: 18,
      constants: [
        ["p", whole(1, 2)],
        ["v", scalar(0.5)],
        ["a", whole(-1)],
      ],
    },
  ],
  Reshape: [
    { from: 7, constants: [["s", whole(0, -1)]] },
    { from: 14, constants: [["s", whole(6, 20)]], attributes: { allowzero: int(1) } },
  ],
  Flatten: [
    { from: 7, attributes: { axis: int(2) } },
    { from: 11, attributes: { axis: int(-1) } },
  ],
  Transpose: [{ from: 7 }, { from: 7, attributes: { perm: list(0, 2, 3, 1) } }],
  Squeeze: [
    { from: 7, to: 12, shape: [2, 1, 3, 1], attributes: { axes: list(1, 3) } },
    { from: 7, shape: [2, 1, 3, 1] },
    { from: 13, shape: [2, 1, 3, 1], constants: [["axes", whole(-1)]] },
  ],
  Unsqueeze: [
    { from: 7, to: 12, attributes: { axes: list(0, 5) } },
    { from: 13, constants: [["axes", whole(0, -1)]] },
  ],
  Expand: [{ from: 8, shape: [2, 1, 5], constants: [["s", whole(3, 1)]] }],
  Identity: same,
  Cast: [
    { from: 7, attributes: { to: int(6) }, gives: "int32" },
    { from: 19, attributes: { to: int(7), saturate: int(1) }, gives: "int64" },
  ],
  Shape: [{ from: 7 }, { from: 15, attributes: { start: int(1), end: int(-1) } }],
  Sum: [
    {
      from: 8,
      constants: [
        ["B", normal(5)],
        ["C", scalar(1)],
      ],
    },
    { from: 7 },
  ],
};

/** The first and the last opset of a form, and some between: where most ops changed, and the one inside. */
const opsetsOf = ({ from, to = 26 }: Form): readonly number[] =>
  [...new Set([from, 10, 13, 18, OPSET, to])].filter((opset) => opset >= from && opset <= to);

function modelFor(name: string, form: Form, opset: number): Model {
  const { attributes = {}, constants = [], shape = [2, 3, 4, 5], outputs = ["Y"], before } = form;
  const names = constants.map(([key, value]) => (value ? key : ""));
  const own = { ...node(form.op ?? name, [before ? "x" : "X", ...names], "Y", attributes), outputs };
  const graph: Graph = {
    name: "form",
    inputs: [{ name: "X", dtype: "float32", shape }],
    outputs: outputs
      .filter((one) => one !== "mask")
      .map((one) => ({ name: one, dtype: form.gives ?? outputTypes[name] ?? "float32", shape: undefined })),
    nodes: [...(before ? [before] : []), own],
    initializers: new Map(constants.flatMap(([key, value]) => (value ? [[key, value]] : []))),
  };
  return { graph, irVersion: 7, opsets: new Map([["", opset]]), producer: "test", metadata: {} };
}

const outputTypes: Readonly<Record<string, DType>> = {
  ...Object.fromEntries(
    ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Not"].map((op) => [op, "bool"]),
  ),
  ArgMax: "int64",
  Shape: "int64",
};

async function run(model: Model, X: Tensor<"float32">) {
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 4 });
  const results = await session.run({ X: new OrtTensor("float32", X.data, X.shape) });
  await session.release();
  return Object.entries(results).map(([name, { dims, data }]) => ({
    name,
    dims,
    data: Array.from(data as Float32Array, Number),
  }));
}

describe.each(Object.entries(forms).flatMap(([op, all]) => all.map((form, at) => ({ op, form, at }))))(
  "$op $at",
  ({ op, form }) => {
    const { from, to = 26, shape = [2, 3, 4, 5] } = form;
    test(`computes at opsets ${from} to ${to} what onnxruntime does, raised and saved`, async () => {
      const X = normal(...shape);
      for (const opset of opsetsOf(form)) {
        const model = modelFor(op, form, opset);
        const raised = raiseOpset({ ...model, graph: toFloat32(model.graph) });
        const graph = simplify(raised.graph);
        expect(raised.opsets.get("")).toBe(OPSET);
        const [before, after] = [await run(model, X), await run(modelOf(graph), X)];
        for (const [place, { name, dims, data }] of before.entries()) {
          expect({ opset, name: after[place]?.name, dims: after[place]?.dims }).toEqual({ opset, name, dims });
          expect(after[place]?.data ?? []).toBeAllclose(data, { rtol: 1e-5, atol: 1e-6 });
        }
      }
    });
  },
);

describe("onnxruntime's newest", () => {
  test.each([
    ["opset 26", 26, 13, true],
    ["opset 27", 27, 13, false],
    ["IR version 14", 26, 14, false],
  ] as const)("%s", async (_, opset, irVersion, taken) => {
    const model = { ...modelFor("Relu", { from: 7 }, opset), irVersion };
    const opened = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 4 }).then(
      () => true,
      () => false,
    );
    expect(opened).toBe(taken);
  });
});

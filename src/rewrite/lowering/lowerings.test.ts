import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { random } from "../../base/random.ts";
import { type StaticShape, sizeOf } from "../../base/shape.ts";
import { floats, type Tensor, tensor } from "../../base/tensor.ts";
import { encodeModel } from "../../onnx/encode.ts";
import type { Attributes, Graph, Model, Node } from "../../onnx/graph.ts";
import { acceptModel } from "../accept.ts";
import { foldScales } from "../fold-scales.ts";
import { raiseOpset } from "../raise-opset.ts";
import { simplify, withoutIdentities } from "../simplify.ts";
import { fused } from "./fused.ts";
import { quantised } from "./quantised.ts";

/** A node on an input x, with constants around it. */
interface Case {
  /** As the tables name it. */
  readonly op: string;
  readonly about?: string;
  readonly shape?: StaticShape;
  /** Names: x is the input, q the input as uint8 (scale 0.02, zero point 100), the others are among `constants`. */
  readonly inputs: readonly string[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly attributes?: Attributes;
  /** Names of the outputs; y is what is compared, and y_q stands for it as integers (scale 0.03, zero point 90). */
  readonly outputs?: readonly string[];
  /** The largest difference that rounding explains; 0.0001 without any. */
  readonly atol?: number;
}

const int = (value: number) => ({ kind: "int", value }) as const;
const float = (value: number) => ({ kind: "float", value }) as const;
const text = (value: string) => ({ kind: "string", value }) as const;
const list = (...value: readonly number[]) => ({ kind: "ints", value }) as const;
const decimals = (...value: readonly number[]) => ({ kind: "floats", value }) as const;

const rng = random(11);
const normal = (...shape: StaticShape) =>
  floats(
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    shape,
  );
/** 7 bits: without VNNI onnxruntime adds products of uint8 and int8 in 16 bits, which 8 bits overflow. */
const int8 = (...shape: StaticShape) =>
  tensor(
    "int8",
    shape,
    Int8Array.from({ length: sizeOf(shape) }, () => rng.int(127) - 63),
  );
const uint8 = (...shape: StaticShape) =>
  tensor(
    "uint8",
    shape,
    Uint8Array.from({ length: sizeOf(shape) }, () => rng.int(256)),
  );
const int32 = (...shape: StaticShape) =>
  tensor(
    "int32",
    shape,
    Int32Array.from({ length: sizeOf(shape) }, () => rng.int(400) - 200),
  );
const scalar = (value: number) => floats([value], []);
const zero = (value: number) => tensor("uint8", [], Uint8Array.of(value));

/** Scale and zero point of q, of the weight and of y_q. */
const scales = {
  qs: scalar(0.02),
  qz: zero(100),
  ws: scalar(0.01),
  wz: tensor("int8", [], Int8Array.of(3)),
  ys: scalar(0.03),
  yz: zero(90),
};
const weights = { wss: floats([0.01, 0.02, 0.005, 0.03]), wzz: tensor("int8", [4], Int8Array.of(0, 0, 0, 0)) };
const image = [2, 3, 6, 6];

const linear: readonly Case[] = [
  {
    op: "QuantizeLinear",
    about: "that cuts",
    inputs: ["x", "s", "z"],
    constants: { s: scalar(0.01), z: zero(0) },
    outputs: ["r"],
    atol: 0.01,
  },
  {
    op: "QuantizeLinear",
    about: "of a constant, which is rounded",
    shape: [2, 4],
    inputs: ["c", "s", "z"],
    constants: { c: floats([0.5, 1.5, 2.5, -9]), s: scalar(1), z: zero(2) },
    outputs: ["r"],
  },
  {
    op: "DequantizeLinear",
    about: "along an axis",
    shape: [2, 4],
    inputs: ["w", "wss", "wzz"],
    constants: { w: int8(4, 2) },
    attributes: { axis: int(0) },
    outputs: ["t"],
  },
  {
    op: "DequantizeLinear",
    about: "in blocks",
    shape: [2, 4],
    inputs: ["w", "s", "z"],
    constants: { w: int8(4, 4), s: normal(2, 4), z: int8(2, 4) },
    attributes: { axis: int(0), block_size: int(2) },
    outputs: ["t"],
  },
  { op: "DynamicQuantizeLinear", inputs: ["x"], outputs: ["r"], atol: 0.03 },
  {
    op: "MatMulInteger",
    shape: [2, 4],
    inputs: ["q", "w", "qz"],
    constants: { w: int8(4, 3) },
    outputs: ["i"],
    atol: 200,
  },
  {
    op: "ConvInteger",
    shape: image,
    inputs: ["q", "w", "qz"],
    constants: { w: int8(4, 3, 3, 3) },
    attributes: { pads: list(1, 1, 1, 1) },
    outputs: ["i"],
    atol: 800,
  },
  {
    op: "QLinearConv",
    shape: image,
    inputs: ["q", "qs", "qz", "w", "wss", "wzz", "ys", "yz", "b"],
    constants: { w: int8(4, 3, 3, 3), b: int32(4) },
    attributes: { strides: list(2, 2), pads: list(1, 1, 1, 1) },
    atol: 0.25,
  },
  {
    op: "QLinearConv",
    about: "without bias, one scale",
    shape: image,
    inputs: ["q", "qs", "qz", "w", "ws", "wz", "ys", "yz"],
    constants: { w: int8(3, 1, 3, 3) },
    attributes: { group: int(3) },
    atol: 0.15,
  },
  {
    op: "QLinearMatMul",
    shape: [2, 4],
    inputs: ["q", "qs", "qz", "w", "ws", "wz", "ys", "yz"],
    constants: { w: int8(4, 3) },
    atol: 0.05,
  },
  {
    op: "com.microsoft.QGemm",
    shape: [2, 4],
    inputs: ["q", "qs", "qz", "w", "ws", "wz", "b", "ys", "yz"],
    constants: { w: int8(3, 4), b: int32(3) },
    attributes: { transB: int(1), alpha: float(0.5) },
    atol: 0.05,
  },
  {
    op: "com.microsoft.QGemm",
    about: "to float",
    shape: [2, 4],
    inputs: ["q", "qs", "qz", "w", "ws", "wz"],
    constants: { w: int8(4, 3) },
    outputs: ["y"],
    atol: 0.05,
  },
  ...["QLinearAdd", "QLinearMul"].map((op) => ({
    op: `com.microsoft.${op}`,
    inputs: ["q", "qs", "qz", "c", "ys", "yz", "ys", "yz"],
    constants: { c: uint8(3, 1, 1) },
    shape: image,
    atol: 0.07,
  })),
  {
    op: "com.microsoft.QLinearGlobalAveragePool",
    shape: image,
    inputs: ["q", "qs", "qz", "ys", "yz"],
    attributes: { channels_last: int(0) },
    atol: 0.03,
  },
  {
    op: "com.microsoft.QLinearAveragePool",
    shape: image,
    inputs: ["q", "qs", "qz", "ys", "yz"],
    attributes: { kernel_shape: list(2, 2), strides: list(2, 2) },
    atol: 0.03,
  },
  { op: "com.microsoft.QLinearSigmoid", inputs: ["q", "qs", "qz", "ys", "yz"], atol: 0.03 },
  {
    op: "com.microsoft.QLinearLeakyRelu",
    inputs: ["q", "qs", "qz", "ys", "yz"],
    attributes: { alpha: float(0.2) },
    atol: 0.03,
  },
  {
    op: "com.microsoft.QLinearSoftmax",
    shape: [2, 5],
    inputs: ["q", "qs", "qz", "ps", "pz"],
    constants: { ps: scalar(1 / 256), pz: zero(0) },
    attributes: { axis: int(-1), opset: int(13) },
    outputs: ["p"],
    atol: 0.01,
  },
  {
    op: "com.microsoft.QLinearConcat",
    shape: image,
    inputs: ["ys", "yz", "q", "qs", "qz", "c", "ys", "yz"],
    constants: { c: uint8(2, 1, 6, 6) },
    attributes: { axis: int(1) },
    atol: 0.03,
  },
  {
    op: "com.microsoft.DynamicQuantizeMatMul",
    shape: [2, 4],
    inputs: ["x", "w", "ws", "wz", "b"],
    constants: { w: int8(4, 3), b: normal(3) },
    outputs: ["y"],
    atol: 0.05,
  },
  {
    op: "com.microsoft.MatMulIntegerToFloat",
    shape: [2, 4],
    inputs: ["q", "w", "qs", "ws", "qz", "wz"],
    constants: { w: int8(4, 3) },
    outputs: ["y"],
    atol: 0.05,
  },
  {
    op: "com.microsoft.QuantizeLinear",
    inputs: ["x", "s", "z"],
    constants: { s: scalar(0.01), z: zero(0) },
    outputs: ["r"],
    atol: 0.01,
  },
  {
    op: "com.microsoft.DequantizeLinear",
    shape: [2, 4],
    inputs: ["w", "ws", "wz"],
    constants: { w: int8(4, 2) },
    outputs: ["t"],
  },
  {
    op: "com.microsoft.QLinearConv",
    shape: image,
    inputs: ["q", "qs", "qz", "w", "ws", "wz", "ys", "yz"],
    constants: { w: int8(4, 3, 1, 1) },
    attributes: { channels_last: int(0) },
    atol: 0.1,
  },
];

/** K = 40 is no whole number of blocks of 16: the last block is filled up. */
const fewBits: readonly Case[] = [
  {
    about: "of 4 bits",
    constants: { w: uint8(3, 3, 8), s: normal(9) },
    attributes: { K: int(40), N: int(3), bits: int(4), block_size: int(16) },
  },
  {
    about: "of 4 bits with zero points and a bias",
    inputs: ["x", "w", "s", "z", "", "b"],
    constants: { w: uint8(3, 3, 8), s: normal(9), z: uint8(6), b: normal(3) },
    attributes: { K: int(40), N: int(3), bits: int(4), block_size: int(16) },
  },
  {
    about: "of 8 bits",
    constants: { w: uint8(3, 3, 16), s: normal(9) },
    attributes: { K: int(40), N: int(3), bits: int(8), block_size: int(16) },
    atol: 0.05,
  },
].map((one) => ({
  op: "com.microsoft.MatMulNBits",
  shape: [2, 40],
  inputs: ["x", "w", "s"],
  outputs: ["y"],
  atol: 2e-3,
  ...one,
}));

const sequence = [2, 5, 8];
const together: readonly Case[] = [
  {
    op: "com.microsoft.FusedConv",
    shape: image,
    inputs: ["x", "w", "b"],
    constants: { w: normal(4, 3, 3, 3), b: normal(4) },
    attributes: { activation: text("Relu"), pads: list(1, 1, 1, 1) },
  },
  {
    op: "com.microsoft.FusedConv",
    about: "with Clip and a sum",
    shape: image,
    inputs: ["x", "w", "b", "z"],
    constants: { w: normal(4, 3, 1, 1), b: normal(4), z: normal(2, 4, 6, 6) },
    attributes: { activation: text("Clip"), activation_params: decimals(0, 1.5) },
  },
  {
    op: "com.microsoft.FusedConv",
    about: "with HardSigmoid",
    shape: image,
    inputs: ["x", "w"],
    constants: { w: normal(4, 3, 1, 1) },
    attributes: { activation: text("HardSigmoid"), activation_params: decimals(0.3, 0.4) },
  },
  {
    op: "com.microsoft.FusedGemm",
    shape: [2, 4],
    inputs: ["x", "w", "b"],
    constants: { w: normal(3, 4), b: normal(3) },
    attributes: { activation: text("LeakyRelu"), activation_alpha: float(0.3), transB: int(1), alpha: float(0.5) },
  },
  {
    op: "com.microsoft.FusedMatMul",
    shape: [2, 5, 4],
    inputs: ["x", "w"],
    constants: { w: normal(3, 5) },
    attributes: { transA: int(1), transB: int(1), alpha: float(0.25) },
  },
  {
    op: "com.microsoft.TransposeMatMul",
    shape: [2, 4],
    inputs: ["x", "w"],
    constants: { w: normal(3, 4) },
    attributes: { transB: int(1) },
  },
  { op: "com.microsoft.Gelu", inputs: ["x"] },
  { op: "com.microsoft.BiasGelu", inputs: ["x", "b"], constants: { b: normal(8) }, shape: sequence },
  { op: "com.microsoft.FastGelu", inputs: ["x", "b"], constants: { b: normal(8) }, shape: sequence, atol: 1e-3 },
  { op: "com.microsoft.QuickGelu", inputs: ["x"], attributes: { alpha: float(1.5) } },
  {
    op: "com.microsoft.SkipLayerNormalization",
    shape: sequence,
    inputs: ["x", "s", "g", "b", "c"],
    constants: { s: normal(2, 5, 8), g: normal(8), b: normal(8), c: normal(8) },
    attributes: { epsilon: float(1e-5) },
  },
  {
    op: "com.microsoft.SkipLayerNormalization",
    about: "that gives the sum",
    shape: sequence,
    inputs: ["x", "s", "g"],
    constants: { s: normal(2, 5, 8), g: normal(8) },
    outputs: ["n", "", "", "y"],
  },
  {
    op: "com.microsoft.Attention",
    shape: sequence,
    inputs: ["x", "w", "b"],
    constants: { w: normal(8, 24), b: normal(24) },
    attributes: { num_heads: int(2) },
  },
  {
    op: "com.microsoft.MultiHeadAttention",
    shape: sequence,
    inputs: ["x", "x", "x", "b"],
    constants: { b: normal(24) },
    attributes: { num_heads: int(2) },
  },
  {
    op: "com.microsoft.MultiHeadAttention",
    about: "with a scale and a bias of the scores",
    shape: sequence,
    inputs: ["x", "x", "x", "", "", "a"],
    constants: { a: normal(1, 2, 5, 5) },
    attributes: { num_heads: int(2), scale: float(0.7) },
  },
];

const plain = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node => ({
  name: output,
  op,
  domain: "",
  inputs,
  outputs: [output],
  attributes,
});

/** What makes y from an output of this name, and x into what the node reads. */
const endings: Readonly<Record<string, readonly Node[]>> = {
  y_q: [plain("DequantizeLinear", ["y_q", "ys", "yz"], "y")],
  r: [plain("DequantizeLinear", ["r", "s", "z"], "y")],
  p: [plain("DequantizeLinear", ["p", "ps", "pz"], "y")],
  i: [plain("Cast", ["i"], "y", { to: int(1) })],
  t: [plain("MatMul", ["x", "t"], "y")],
  y: [],
};

function modelFor({ op, shape = [2, 3, 4], inputs, constants = {}, attributes = {}, outputs }: Case): Model {
  const [domain = "", name = op] = op.includes(".") ? ["com.microsoft", op.split(".")[2]] : [];
  const given = outputs ?? (op in fused ? ["y"] : ["y_q"]);
  const dynamic = op === "DynamicQuantizeLinear";
  const node = { name: "node", op: name, domain, inputs, outputs: dynamic ? ["r", "s", "z"] : given, attributes };
  const ending = given.flatMap((one) => endings[one] ?? []);
  const graph: Graph = {
    name: "case",
    inputs: [{ name: "x", dtype: "float32", shape }],
    outputs: [{ name: "out", dtype: "float32", shape: undefined }],
    nodes: [
      ...(inputs.includes("q") ? [plain("QuantizeLinear", ["x", "qs", "qz"], "q")] : []),
      node,
      ...(op === "QuantizeLinear" && inputs[0] === "c"
        ? [plain("DequantizeLinear", ["r", "s", "z"], "d"), plain("Mul", ["x", "d"], "y")]
        : ending),
      // Right before the graph's output nothing is cut off.
      plain("Neg", ["y"], "out"),
    ],
    initializers: new Map(Object.entries({ ...scales, ...weights, ...constants })),
  };
  return {
    graph,
    irVersion: 10,
    opsets: new Map([
      ["", 21],
      ["com.microsoft", 1],
    ]),
    producer: "test",
    metadata: {},
  };
}

async function run(model: Model, x: Tensor<"float32">) {
  const session = await InferenceSession.create(encodeModel(model), {
    logSeverityLevel: 3,
    // As the nodes say: the optimizer has approximations of its own.
    graphOptimizationLevel: "disabled",
  });
  const { out } = await session.run({ x: new OrtTensor("float32", x.data, x.shape) });
  return { dims: out?.dims, data: Float32Array.from(out?.data as Float32Array) };
}

describe.each([...linear, ...fewBits, ...together].map((one) => [`${one.op} ${one.about ?? ""}`, one] as const))(
  "%s",
  (_, one) => {
    test("computes in plain ops what onnxruntime computes", async () => {
      const model = modelFor(one);
      const raised = raiseOpset(model);
      const lowered = { ...raised, graph: withoutIdentities(foldScales(simplify(raised.graph))) };
      const x = normal(...(one.shape ?? [2, 3, 4]));
      const [was, is] = [await run(model, x), await run({ ...lowered, irVersion: 10 }, x)];
      expect(is.dims).toEqual(was.dims);
      expect(is.data).toBeAllclose(was.data, { rtol: 1e-4, atol: one.atol ?? 1e-4 });
      expect(lowered.graph.nodes.filter(({ op, domain }) => domain !== "" || op in quantised)).toEqual([]);
    });
  },
);

test("every row of the tables has a case", () => {
  const tried = new Set([...linear, ...fewBits, ...together].map(({ op }) => op));
  expect(Object.keys({ ...quantised, ...fused }).filter((op) => !tried.has(op))).toEqual([]);
});

const refusedCase = (more: Partial<Case>): Case => ({ op: "QuantizeLinear", inputs: ["x", "s", "z"], ...more });

test.each<readonly [string, Model, string]>([
  [
    "an op that counts with the integers themselves",
    withNode(modelFor({ op: "com.microsoft.QLinearSigmoid", inputs: ["q", "qs", "qz", "ys", "yz"] }), "Mod"),
    'Mod "odd" computes with quantised integers, which Regraft cannot dequantise.',
  ],
  [
    "activations with a scale for each channel",
    modelFor(refusedCase({ shape: [2, 4], constants: { s: floats([1, 2, 3, 4]), z: uint8(4) }, outputs: ["r"] })),
    'QuantizeLinear "node" rounds to integers with a scale for each channel, which Regraft cannot dequantise.',
  ],
  [
    "a scale that is computed",
    modelFor(refusedCase({ inputs: ["x", "x", "z"], constants: { s: scalar(1), z: zero(0) }, outputs: ["r"] })),
    'QuantizeLinear "node" has a scale that is computed at run time, which Regraft cannot dequantise.',
  ],
  [
    "packed weights of another size than they say",
    modelFor({
      op: "com.microsoft.MatMulNBits",
      shape: [2, 40],
      inputs: ["x", "w", "s"],
      constants: { w: uint8(3, 3, 8), s: normal(9) },
      attributes: { K: int(2 ** 40), N: int(3), bits: int(4), block_size: int(16) },
      outputs: ["y"],
    }),
    'MatMulNBits "node" holds 72 bytes and 9 scales for [3, 1099511627776], which Regraft cannot dequantise.',
  ],
])("%s are refused by name", (_, model, message) => {
  expect(() => acceptModel(model)).toThrow(
    expect.objectContaining({ code: "unsupported-model", message, hint: expect.stringContaining("onnx/model.onnx") }),
  );
});

test("scales that do not fit their tensor are refused, not made up", () => {
  const model = modelFor({
    op: "DequantizeLinear",
    shape: [2, 4],
    inputs: ["w", "wss", "wzz"],
    constants: { w: int8(5, 2) },
    attributes: { axis: int(0) },
    outputs: ["t"],
  });
  expect(() => acceptModel(model)).toThrow(
    expect.objectContaining({
      code: "bad-shape",
      message: "A tensor [5, 2] quantised along axis 0 takes 5 scales and zero points; it has 4 and 4.",
    }),
  );
});

/** With a node that reads the integers q twice. */
function withNode(model: Model, op: string): Model {
  const odd = { ...plain(op, ["q", "q"], "odd_q"), name: "odd" };
  return { ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, odd] } };
}

test("a fused op with a part that has no plain form passes as it is", () => {
  const model = modelFor({
    op: "com.microsoft.Attention",
    shape: sequence,
    inputs: ["x", "w", "b"],
    constants: { w: normal(8, 24), b: normal(24) },
    attributes: { num_heads: int(2), unidirectional: int(1) },
  });
  expect(acceptModel(model).model.graph.nodes.map(({ op }) => op)).toEqual(["Attention", "Neg"]);
});

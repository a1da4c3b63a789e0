import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { DType } from "../../base/dtype.ts";
import { type Dim, type Shape, sizeOf } from "../../base/shape.ts";
import { floats, ints, numbersOf, tensor } from "../../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../builder.ts";
import { dataTypeCodes } from "../data-types.ts";
import { encodeModel } from "../encode.ts";
import { modelOf } from "../model.ts";
import type { OpName } from "../ops.ts";
import { elementsOf } from "./known.ts";

/** Extents that the symbols of the cases have when onnxruntime runs them. */
const bound: Readonly<Record<string, number>> = { N: 4, H: 9, W: 12, T: 5 };

/** Builds a graph on inputs of these shapes; its outputs are to be as onnxruntime makes them. */
type Case = (
  g: GraphBuilder,
  x: (...shape: Dim[]) => Value,
  of: (dtype: DType, ...shape: Dim[]) => Value,
) => readonly Value[];

const unary = (op: "Relu" | "Sqrt" | "Not"): readonly Case[] => [
  (g, _, of) => [g[op](of(op === "Not" ? "bool" : "float32", "N", 3))],
];
const float64 =
  (op: "Add" | "Relu" | "Exp"): Case =>
  (g, _, of) => {
    const X = of("float64", "N", 3);
    return [op === "Add" ? g.Add(X, X) : g[op](X)];
  };
type Activation =
  | "Sigmoid"
  | "HardSigmoid"
  | "HardSwish"
  | "Tanh"
  | "Softplus"
  | "Softsign"
  | "Mish"
  | "Elu"
  | "Celu"
  | "Selu"
  | "Erf"
  | "Gelu"
  | "LeakyRelu"
  | "ThresholdedRelu";
const activation =
  (op: Activation): Case =>
  (g, x) => [g[op](x("N", 3, "H"))];
const plain =
  (
    op:
      | "Exp"
      | "Log"
      | "Sin"
      | "Cos"
      | "Abs"
      | "Neg"
      | "Reciprocal"
      | "Sign"
      | "Floor"
      | "Ceil"
      | "Round"
      | "IsNaN"
      | "IsInf",
  ): Case =>
  (g, x) => [g[op](x("N", 3))];
const compared = (op: "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual"): readonly Case[] => [
  (g, x) => [g[op](x("N", 3, 1), x(1, 4))],
  (g) => [g[op](g.ints([1, 2, 3]), g.ints([2]))],
  (g, x) => [g[op](g.Shape(x("N", 3)), g.ints([0, 3]))],
];
const reduced = (
  op:
    | "ReduceMean"
    | "ReduceSum"
    | "ReduceMax"
    | "ReduceMin"
    | "ReduceProd"
    | "ReduceL1"
    | "ReduceL2"
    | "ReduceSumSquare"
    | "ReduceLogSum"
    | "ReduceLogSumExp",
): readonly Case[] => [
  (g, x) => [g[op](x("N", 3, 5), g.ints([1, -1]))],
  (g, x) => [g[op](x("N", 3, 5), g.ints([0]), { keepdims: 0 })],
  (g, x) => [g[op](x("N", 3, 5))],
  (g, x) => [g[op](x("N", 3, 5), undefined, { keepdims: 0 })],
  (g, x) => [g[op](x("N", 3, 5), undefined, { noop_with_empty_axes: 1 })],
];
/** A reduction of a shape: the number goes on into an extent. */
const ofExtents = (op: "ReduceSum" | "ReduceMax" | "ReduceMin" | "ReduceProd"): readonly Case[] => [
  (g, x) => [g.Expand(g.float(0), g[op](g.Shape(x("N", 1, 1))))],
  (g) => [g[op](g.ints([3, 5, 2]), g.ints([0]), { keepdims: 0 }), g[op](g.ints([3, 5, 2]), g.ints([-1]))],
  (g) => [g[op](g.ints([3, 5, 2, 1], [2, 2]), g.ints([1]))],
];
const batchSize = (g: GraphBuilder, X: Value) => g.Gather(g.Shape(X), g.constant(ints([0], [])));

const cases: { readonly [O in OpName]: readonly Case[] } = {
  Conv: [
    (g, x) => [g.Conv(x("N", 4, "H", 12), x(6, 2, 3, 3), x(6), { group: 2, strides: [2, 1], pads: [1, 0, 1, 2] })],
    (g, x) => [g.Conv(x("N", 4, 9, 12), x(6, 4, 3, 2), { auto_pad: "SAME_UPPER", strides: [2, 2] })],
    (g, x) => [g.Conv(x(2, 4, "H", "W"), x(6, 4, 3, 2), { auto_pad: "SAME_LOWER", strides: [2, 5] })],
    (g, x) => [g.Conv(x(2, 4, 9, 12), x(6, 4, 3, 2), { auto_pad: "VALID", strides: [2, 1], dilations: [2, 2] })],
    (g, x) => [g.Conv(x("N", 4, "W"), x(6, 4, 3), { pads: [1, 1] })],
  ],
  ConvTranspose: [
    (g, x) => [
      g.ConvTranspose(x("N", 4, "H", 5), x(4, 3, 3, 2), {
        strides: [2, 3],
        pads: [1, 0, 1, 1],
        output_padding: [1, 0],
      }),
    ],
    (g, x) => [g.ConvTranspose(x("N", 4, 7), x(4, 3, 3), { group: 2, dilations: [2] })],
    (g, x) => [g.ConvTranspose(x(2, 4, 7, 7), x(4, 3, 3, 3), { strides: [2, 2], output_shape: [14, 13] })],
    (g, x) => [g.ConvTranspose(x(2, 4, 7, "H"), x(4, 3, 3, 3), { strides: [2, 2], auto_pad: "SAME_UPPER" })],
  ],
  Gemm: [
    (g, x) => [g.Gemm(x("N", 5), x(5, 3), x(3))],
    (g, x) => [g.Gemm(x(5, "N"), x(3, 5), x("N", 1), { transA: 1, transB: 1 })],
  ],
  MatMul: [
    (g, x) => [g.MatMul(x("N", 5), x(5, 3))],
    (g, x) => [g.MatMul(x("N", 1, 4, 5), x(2, 5, 3))],
    (g, x) => [g.MatMul(x(5), x("N", 5, 3)), g.MatMul(x("N", 5), x(5)), g.MatMul(x(5), x(5))],
  ],
  Einsum: [
    (g, x) => [g.Einsum(x("N", 4, "T"), x("N", "T", 3), { equation: "bij, bjk -> bik" })],
    (g, x) => [g.Einsum(x("N", 2, 3), x("N", 3, 4), { equation: "...ij,...jk" })],
    (g, x) => [g.Einsum(x("N", "H", 4), { equation: "i...->..." }), g.Einsum(x(3, 3), { equation: "ii" })],
    (g, x) => [g.Einsum(x("N", 1), x(1, 3), { equation: "ij,ij->ji" })],
  ],
  BatchNormalization: [
    (g, x) => [g.BatchNormalization(x("N", 3, 4, 4), x(3), x(3), x(3), x(3))],
    (g, x) => g.outputs("BatchNormalization", [x("N", 3, 4), x(3), x(3), x(3), x(3)], { training_mode: 1 }, 3),
  ],
  LayerNormalization: [
    (g, x) => g.outputs("LayerNormalization", [x("N", "T", 8), x(8), x(8)], {}, 3),
    (g, x) => g.outputs("LayerNormalization", [x("N", 3, 8), x(3, 8)], { axis: 1 }, 3),
  ],
  LRN: [(g, x) => [g.LRN(x("N", 3, "H", 2), { size: 3 })]],
  InstanceNormalization: [(g, x) => [g.InstanceNormalization(x("N", 3, "H"), x(3), x(3))]],
  GroupNormalization: [(g, x) => [g.GroupNormalization(x("N", 6, "H", 4), x(6), x(6), { num_groups: 2 })]],
  MaxPool: [
    (g, x) =>
      g.outputs("MaxPool", [x("N", 3, "H", 12)], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, 2),
    (g, x) => [g.MaxPool(x("N", 3, 8, 11), { kernel_shape: [3, 2], strides: [2, 3], ceil_mode: 1 })],
    (g, x) => [g.MaxPool(x("N", 3, 5, 5), { kernel_shape: [2, 2], strides: [4, 3], pads: [1, 1, 1, 1], ceil_mode: 1 })],
    (g, x) => [g.MaxPool(x("N", 3, "H"), { kernel_shape: [3], strides: [2], ceil_mode: 1 })],
    (g, x) => [g.MaxPool(x("N", 3, 9), { kernel_shape: [3], dilations: [2], strides: [2] })],
    (g, x) => [g.MaxPool(x("N", 3, 9, 8), { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_LOWER" })],
    (g, x) => [g.MaxPool(x("N", 3, 9, 8), { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "VALID" })],
  ],
  AveragePool: [
    (g, x) => [
      g.AveragePool(x("N", 3, 9, 12), { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }),
    ],
    (g, x) => [g.AveragePool(x("N", 3, 9), { kernel_shape: [2], count_include_pad: 1 })],
    (g, x) => [g.AveragePool(x("N", 3, 9, 8), { kernel_shape: [2, 3], strides: [2, 3], auto_pad: "SAME_UPPER" })],
  ],
  GlobalAveragePool: [(g, x) => [g.GlobalAveragePool(x("N", 3, "H", 7))]],
  GlobalMaxPool: [(g, x) => [g.GlobalMaxPool(x("N", 3, 7))]],

  Relu: [...unary("Relu"), float64("Relu")],
  LeakyRelu: [activation("LeakyRelu")],
  PRelu: [(g, x) => [g.PRelu(x("N", 3, 4), x(3, 1)), g.PRelu(x("N", 3), x(1))]],
  ThresholdedRelu: [activation("ThresholdedRelu")],
  Clip: [(g, x) => [g.Clip(x("N", 3), g.float(0), g.float(6))], (g, x) => [g.Clip(x("N", 3), undefined, g.float(6))]],
  Sigmoid: [activation("Sigmoid")],
  HardSigmoid: [activation("HardSigmoid")],
  HardSwish: [activation("HardSwish")],
  Tanh: [activation("Tanh")],
  Softplus: [activation("Softplus")],
  Softsign: [activation("Softsign")],
  Mish: [activation("Mish")],
  Elu: [activation("Elu")],
  Celu: [activation("Celu")],
  Selu: [activation("Selu")],
  Erf: [activation("Erf")],
  Gelu: [activation("Gelu")],
  Softmax: [(g, x) => [g.Softmax(x("N", 3, 4), { axis: 1 })]],
  LogSoftmax: [(g, x) => [g.LogSoftmax(x("N", 3))]],
  Dropout: [(g, x) => g.outputs("Dropout", [x("N", 3), g.float(0.5)], { seed: 1 }, 2)],

  Add: [
    (g, x) => [g.Add(x("N", 1, 4), x(3, 1)), g.Add(x("N", 4), x("N", 4)), g.Add(x(), x("N", 1))],
    (g) => [g.Add(g.ints([1, 2, 3]), g.ints([10]))],
    float64("Add"),
  ],
  Sub: [(g, x) => [g.Expand(g.float(0), g.Sub(g.Shape(x("N", 3)), g.ints([1])))]],
  Mul: [(g, x) => [g.Expand(g.float(0), g.Mul(g.Shape(x("N", 3)), g.ints([2, 5])))]],
  Div: [
    (g, x) => [g.Expand(g.float(0), g.Div(g.Shape(x("N", "H", 7)), g.ints([2, 2, 2])))],
    (g) => [g.Div(g.ints([-7, 7, 8]), g.ints([2]))],
  ],
  Mod: [
    (g) => [g.Mod(g.ints([-7, 7, 8]), g.ints([3])), g.Mod(g.ints([-7, 7, 8]), g.ints([3]), { fmod: 1 })],
    (g, x) => [g.Expand(g.float(0), g.Mod(g.Shape(x("N", "H", 7)), g.ints([2])))],
    (g, x) => [g.Mod(x("N", 3), x(3), { fmod: 1 })],
  ],
  Pow: [(g, x) => [g.Pow(x("N", 3), g.float(2))], (g) => [g.Pow(g.ints([2, 3]), g.ints([3]))]],
  Sqrt: unary("Sqrt"),
  Exp: [plain("Exp"), float64("Exp")],
  Log: [plain("Log")],
  Sin: [plain("Sin")],
  Cos: [plain("Cos")],
  Abs: [plain("Abs"), (g) => [g.Abs(g.ints([-2, 3]))]],
  Neg: [plain("Neg"), (g) => [g.Neg(g.ints([-2, 3]))]],
  Reciprocal: [plain("Reciprocal")],
  Sign: [plain("Sign"), (g) => [g.Sign(g.ints([-2, 0, 3]))]],
  Floor: [plain("Floor")],
  Ceil: [plain("Ceil")],
  Round: [plain("Round")],
  Min: [
    (g, x) => [g.Min(x("N", 3), x(1), x(2, 1, 1))],
    (g) => [g.Min(g.ints([1, 5]), g.ints([3]))],
    (g, x) => [g.Expand(g.float(0), g.Min(g.Shape(x("N", 3)), g.ints([0, 2])))],
  ],
  Max: [
    (g, x) => [g.Max(x("N", 3), x(3))],
    (g) => [g.Max(g.ints([1, 5]), g.ints([3]))],
    (g, x) => [g.Expand(g.float(0), g.Max(g.Shape(x("N", 3)), g.ints([1])))],
  ],

  Equal: compared("Equal"),
  Greater: compared("Greater"),
  GreaterOrEqual: compared("GreaterOrEqual"),
  Less: compared("Less"),
  LessOrEqual: compared("LessOrEqual"),
  And: [(g, _, of) => [g.And(of("bool", "N", 3), of("bool", 3))]],
  Or: [(g, _, of) => [g.Or(of("bool", "N", 3), of("bool", 3))]],
  Xor: [
    (g, _, of) => [g.Xor(of("bool", "N", 3), of("bool", 3))],
    (g) => [g.Xor(g.Less(g.ints([1, 2]), g.ints([2])), g.Less(g.ints([1, 2]), g.ints([9])))],
  ],
  Not: unary("Not"),
  IsNaN: [plain("IsNaN")],
  IsInf: [plain("IsInf")],
  Where: [
    (g, x, of) => [g.Where(of("bool", "N", 1, 1), x(1, 3, 1), x(4))],
    (g, x) => {
      // torch's expand(-1, 3, 4): -1 stands for the extent that is there.
      const wanted = g.ints([-1, 3, 4]);
      const X = x("N", 1, 4);
      const ones = g.ConstantOfShape(g.Shape(wanted), { value: ints([1]) });
      const extents = g.Where(g.Equal(wanted, g.Mul(ones, g.ints([-1]))), ones, wanted);
      return [extents, g.Expand(X, extents)];
    },
  ],

  Trilu: [
    (g, x) => [g.Trilu(x("N", 3, 4)), g.Trilu(x("T", "T"), g.ints([1], []), { upper: 0 })],
    (g) => [g.Trilu(g.ints([1, 2, 3, 4], [2, 2]))],
  ],

  ReduceMean: reduced("ReduceMean"),
  ReduceSum: [...reduced("ReduceSum"), ...ofExtents("ReduceSum")],
  ReduceMax: [...reduced("ReduceMax"), ...ofExtents("ReduceMax")],
  ReduceMin: [...reduced("ReduceMin"), ...ofExtents("ReduceMin")],
  ReduceProd: [...reduced("ReduceProd"), ...ofExtents("ReduceProd")],
  ReduceL1: reduced("ReduceL1"),
  ReduceL2: reduced("ReduceL2"),
  ReduceSumSquare: reduced("ReduceSumSquare"),
  ReduceLogSum: reduced("ReduceLogSum"),
  ReduceLogSumExp: reduced("ReduceLogSumExp"),
  ArgMax: [(g, x) => [g.ArgMax(x("N", 3, 5), { axis: -1, keepdims: 0 }), g.ArgMax(x("N", 3))]],

  CumSum: [
    (g, x) => [g.CumSum(x("N", 3), g.ints([1], []))],
    (g, x) => [g.Expand(g.float(0), g.CumSum(g.Shape(x("N", 3, 2)), g.ints([0], [])))],
    (g) => [g.CumSum(g.ints([1, 2, 5]), g.ints([0], []), { exclusive: 1 })],
    (g) => [g.CumSum(g.ints([1, 2, 5]), g.ints([0], []), { exclusive: 1, reverse: 1 })],
  ],

  Concat: [
    (g, x) => [
      g.Concat(x("N", 3), x("N", 4), x("N", 1), { axis: -1 }),
      g.Concat(x("N", 3), x("T", 3), x(2, 3), { axis: 0 }),
    ],
    (g) => [g.Concat(g.ints([1, 2]), g.ints([3]), { axis: 0 })],
  ],
  Split: [
    (g, x) => g.outputs("Split", [x("N", 7)], { axis: 1, num_outputs: 3 }, 3),
    (g, x) => g.outputs("Split", [x("N", 7), g.ints([2, 5])], { axis: -1 }, 2),
    (g) => g.outputs("Split", [g.ints([1, 2, 3]), g.ints([1, 2])], { axis: 0 }, 2),
  ],
  Slice: [
    (g, x) => [g.Slice(x("N", 8, 9), g.ints([1, -3]), g.ints([100, -1]), g.ints([1, -1]))],
    (g, x) => [g.Slice(x("N", 8), g.ints([7]), g.ints([-100]), g.ints([1]), g.ints([-3]))],
    (g, x) => [g.Slice(x(5, 8), g.ints([1, 0]), g.ints([3, 2 ** 53]))],
    (g, x) => [g.Slice(x("N", "T", 8), g.ints([1]), g.ints([2 ** 53]), g.ints([1]))],
    (g, x) => [g.Slice(x("N", "T", 8), g.ints([0]), g.ints([1]), g.ints([1]))],
    (g, x) => [g.Slice(x("N", "T", 8), g.ints([0]), g.ints([-2]), g.ints([1]))],
    (g) => [g.Slice(g.ints([1, 2, 3, 4, 5]), g.ints([-2]), g.ints([-10]), g.ints([0]), g.ints([-2]))],
  ],
  Gather: [
    (g, x) => [g.Gather(x("N", 5, 3), g.ints([0, 4], [2, 1]), { axis: 1 })],
    (g, x) => [g.Gather(x("N", 5, 3), g.constant(ints([-1], [])), { axis: 1 })],
    (g) => [g.Gather(g.ints([7, 8, 9]), g.ints([-1, 0]))],
  ],
  GatherElements: [(g, x) => [g.GatherElements(x(4, 5), g.ints([0, 1, 2, 3], [4, 1]), { axis: 1 })]],
  GatherND: [
    (g, x) => [g.GatherND(x(4, 5, 3), g.ints([0, 1, 2, 3], [2, 2])), g.GatherND(x(4, 5), g.ints([0, 1], [2, 1]))],
    (g, x) => [g.GatherND(x(4, 5, 3), g.ints([0, 1, 2, 3], [4, 1]), { batch_dims: 1 })],
  ],
  ScatterND: [(g, x) => [g.ScatterND(x("N", 5, 3), g.ints([0, 1, 1, 2], [2, 2]), x(2, 3), { reduction: "add" })]],
  TopK: [
    (g, x) => g.outputs("TopK", [x("N", 5), g.ints([3])], {}, 2),
    (g, x) => g.outputs("TopK", [x(4, "H"), g.ints([2])], { axis: 0 }, 2),
  ],
  Tile: [
    (g, x) => [g.Tile(x("N", 3, 1), g.ints([1, 2, 4])), g.Tile(x("N", 3), g.ints([3, 1]))],
    (g, x) => [
      g.Tile(x(1, 3), g.Concat(g.Shape(x("N", 2), { end: 1 }), g.ints([1]), { axis: 0 })),
      g.Tile(g.ints([1, 2]), g.ints([3])),
    ],
  ],
  DepthToSpace: [(g, x) => [g.DepthToSpace(x("N", 8, "H", 3), { blocksize: 2, mode: "CRD" })]],
  SpaceToDepth: [(g, x) => [g.SpaceToDepth(x("N", 2, 6, "W"), { blocksize: 3 })]],
  Resize: [
    (g, x) => [g.Resize(x("N", 3, "H", 5), undefined, g.constant(floats([1, 1, 2, 1.5])))],
    (g, x) => [g.Resize(x("N", 3, "H", "W"), undefined, g.constant(floats([0.5, 0.25])), { axes: [2, -1] })],
    (g, x) => [g.Resize(x("N", 3, 10, 5), undefined, g.constant(floats([1, 1, 0.7, 0.6])), { mode: "linear" })],
    (g, x) => {
      const X = x("N", 3, 4, 5);
      const sizes = g.Concat(g.Shape(X, { end: 2 }), g.Mul(g.Shape(X, { start: 2 }), g.ints([2])), { axis: 0 });
      return [g.Resize(X, undefined, undefined, sizes, { mode: "linear" })];
    },
    (g, x) => {
      const scales = g.Concat(g.constant(floats([1, 1])), g.constant(floats([2, 3])), { axis: 0 });
      return [scales, g.Resize(x("N", 3, 4, 5), undefined, scales)];
    },
  ],
  ScatterElements: [
    (g, x) => [g.ScatterElements(x(4, 5), g.ints([0, 1, 2, 3], [4, 1]), x(4, 1), { axis: 1, reduction: "add" })],
  ],
  Pad: [
    (g, x) => [g.Pad(x("N", 3, "H", 9), g.ints([0, 0, 1, -2, 0, 0, 2, -1]))],
    (g, x) => [g.Pad(x("N", 9), g.ints([0, 2, 0, 4]), undefined, { mode: "reflect" })],
    (g, x) => [g.Pad(x(2, 3), g.ints([1, 0, 0, 2]), g.float(1))],
  ],
  Reshape: [
    (g, x) => [g.Reshape(x("N", 4, 6), g.ints([0, -1])), g.Reshape(x("N", 4, 6), g.ints([-1, 12]))],
    (g, x) => [g.Reshape(x("N", 4, 6), g.ints([2, -1])), g.Reshape(x(4, 6), g.ints([3, 2, -1]))],
    (g, x) => {
      const X = x("N", 8, "H", 4);
      const flat = g.Concat(g.Unsqueeze(batchSize(g, X), g.ints([0])), g.ints([-1]), { axis: 0 });
      return [g.Reshape(X, flat)];
    },
    (g, x, of) => [g.Reshape(x(0, 3), g.ints([3, 0]), { allowzero: 1 }), g.Reshape(of("int64", "N", 2), g.ints([-1]))],
  ],
  Flatten: [
    (g, x) => [g.Flatten(x("N", 8, 4, 4)), g.Flatten(x("N", 3, 4), { axis: 0 }), g.Flatten(x("N", 3, 4), { axis: -1 })],
  ],
  Transpose: [
    (g, x) => [g.Transpose(x("N", 3, 4, 5), { perm: [0, 2, 3, 1] }), g.Transpose(x("N", 3))],
    (g) => [g.Transpose(g.ints([1, 2, 3, 4, 5, 6], [2, 3]))],
  ],
  Squeeze: [(g, x) => [g.Squeeze(x("N", 1, 3, 1), g.ints([1, -1])), g.Squeeze(x(1, 3, 1))]],
  Unsqueeze: [(g, x) => [g.Unsqueeze(x("N", 3), g.ints([0, -1]))]],
  Expand: [
    (g, x) => [g.Expand(x(3, 1), g.ints([2, 1, 6])), g.Expand(x("N", 1), g.ints([1, 5]))],
    (g) => [g.Expand(g.ints([7]), g.ints([3]))],
  ],
  Identity: [(g, x) => [g.Identity(x("N", 3))], (g) => [g.Identity(g.ints([1, 2]))]],
  Cast: [
    (g, x) => [g.Cast(x("N", 3), { to: dataTypeCodes.float64 }), g.Cast(x("N", 3), { to: dataTypeCodes.bool })],
    (g) => [g.Cast(g.ints([1, 2]), { to: dataTypeCodes.int32 }), g.Cast(g.ints([0, 2]), { to: dataTypeCodes.bool })],
    (g) => {
      const scales = g.constant(floats([-1.5, 2.75]));
      return [g.Cast(scales, { to: dataTypeCodes.int64 }), g.Cast(g.ints([1, 2]), { to: dataTypeCodes.float32 })];
    },
  ],

  Shape: [
    (g, x) => [g.Shape(x(2, 3, 4)), g.Shape(x(2, 3, 4), { start: -2 }), g.Shape(x(2, 3, 4), { start: 1, end: -1 })],
    (g, x) => [g.Expand(g.float(0), g.Shape(x("N", 3, "H")))],
  ],
  Size: [(g, x) => [g.Size(x(2, 3)), g.Size(x()), g.Expand(g.float(0), g.Unsqueeze(g.Size(x("N", 3)), g.ints([0])))]],
  Constant: [
    (g) => [g.Constant({ value: floats([1, 2]) }), g.Constant({ value_int: 3 }), g.Constant({ value_ints: [1, 2] })],
    (g) => [g.Constant({ value_float: 0.5 }), g.Constant({ value_floats: [0.5, 1] })],
  ],
  ConstantOfShape: [
    (g, x) => [g.ConstantOfShape(g.Shape(x("N", 3))), g.ConstantOfShape(g.ints([2]), { value: ints([5]) })],
    (g) => [g.ConstantOfShape(g.ints([2, 2]), { value: tensor("bool", [1], Uint8Array.of(1)) })],
  ],
  EyeLike: [(g, x) => [g.EyeLike(x(3, 4), { k: 1 }), g.EyeLike(x("N", 4), { dtype: dataTypeCodes.int64 })]],
  OneHot: [
    (g, x) => {
      const [depth, values] = [g.constant(ints([4], [])), g.constant(floats([0, 1]))];
      return [
        g.OneHot(g.Shape(x("N", 3)), depth, values),
        g.OneHot(g.ints([1, 2], [1, 2]), depth, values, { axis: 0 }),
      ];
    },
  ],
  NonZero: [
    // torch's arange of opset 9
    (g) => [g.Squeeze(g.Transpose(g.NonZero(g.ConstantOfShape(g.ints([5]), { value: ints([1]) }))), g.ints([1]))],
    (g) => [g.NonZero(g.ints([0, 3, 0, 1]))],
  ],
  Range: [
    (g) => [g.Range(g.constant(ints([2], [])), g.constant(ints([11], [])), g.constant(ints([4], [])))],
    (g) => [g.Range(g.float(0), g.float(1), g.constant(floats([0.3], [])))],
    (g, x) => [g.Range(g.constant(ints([0], [])), batchSize(g, x("N", 3)), g.constant(ints([1], [])))],
    (g, x) => [g.Range(g.constant(ints([1], [])), batchSize(g, x("H", 3)), g.constant(ints([3], [])))],
  ],
};

describe.each(Object.entries(cases))("%s", (_, of) => {
  test.each(of.map((build, at) => [at + 1, build] as const))(
    "case %i is as onnxruntime makes it",
    async (_at, build) => {
      const g = graphBuilder();
      const feeds: Record<string, OrtTensor> = {};
      const input = (dtype: DType, ...shape: Dim[]) => {
        const name = `x${Object.keys(feeds).length}`;
        feeds[name] = filled(dtype, shape);
        return g.input(name, dtype, shape);
      };
      const outputs = build(g, (...shape) => input("float32", ...shape), input);
      const graph = g.build(outputs);
      const session = await InferenceSession.create(
        encodeModel(modelOf({ ...graph, outputs: graph.outputs.map((output) => ({ ...output, shape: undefined })) })),
        { logSeverityLevel: 3 },
      );
      const results = await session.run(feeds);
      for (const value of outputs) {
        const { type, dims, data } = results[value.name] ?? expect.fail(`no ${value.name}`);
        expect({ dtype: value.dtype, shape: value.shape?.map(atBound) }).toEqual({ dtype: type, shape: [...dims] });
        if (value.constant) expect(numbersOf(value.constant)).toBeAllclose(numbersIn(data));
        if (value.dims) expect(value.dims.map(atBound)).toEqual(numbersIn(data));
        if (value.dims) expect(elementsOf(value)).toEqual(value.dims);
      }
    },
  );
});

/** The value of a symbolic extent where the symbols have their bound values. */
function atBound(dim: Dim): number {
  if (typeof dim === "number") return dim;
  const names = Object.keys(bound);
  const value: unknown = new Function(...names, "floor", "max", `return ${dim}`)(
    ...Object.values(bound),
    Math.floor,
    Math.max,
  );
  return Number(value);
}

function filled(dtype: DType, shape: Shape): OrtTensor {
  const dims = shape.map(atBound);
  const ones = new Array<number>(sizeOf(dims)).fill(1);
  if (dtype === "bool") return new OrtTensor("bool", Uint8Array.from(ones), dims);
  if (dtype === "int64") return new OrtTensor("int64", BigInt64Array.from(ones, BigInt), dims);
  if (dtype === "float64") return new OrtTensor("float64", Float64Array.from(ones), dims);
  return new OrtTensor("float32", Float32Array.from(ones), dims);
}

const numbersIn = (data: ArrayLike<unknown>): number[] => Array.from(data, Number);

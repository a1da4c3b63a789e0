import { numbersOf, type Tensor, tensor } from "../../base/tensor.ts";
import { dataTypeCodes, dtypeOfCode } from "../../onnx/data-types.ts";
import type { AttributeOptions, OpName } from "../../onnx/ops.ts";
import type { Emitter, Lowering } from "./emitter.ts";
import { MatMulNBits } from "./few-bits.ts";
import {
  boundsOf,
  dequantised,
  isPerTensor,
  type Quantisation,
  requantised,
  sameQuantisation,
} from "./quantisation.ts";

/*
 * Every tensor of integers that stands for real numbers becomes a tensor of those real numbers, under its own name:
 * (integer − zero point) · scale. What a quantised op rounds is no longer rounded. What it cuts off at the ends of its
 * integers is still cut, by a Clip: exporters leave out a Relu or a Clip that the range of the integers does by itself.
 */

/** The quantisation that the inputs number `at` (scale) and `at + 1` (zero point) tell. */
function quantisationAt(emitter: Emitter, at: number, axis = 0): Quantisation {
  const [scale, zero] = [emitter.constantOf(emitter.input(at)), emitter.constantOf(emitter.input(at + 1))];
  if (!scale || (emitter.input(at + 1) !== "" && !zero))
    throw emitter.refused("has a scale that is computed at run time");
  const zeroPoint = zero ? numbersOf(zero) : [0];
  const full = zeroPoint.length === 1 ? new Array<number>(scale.data.length).fill(zeroPoint[0] ?? 0) : zeroPoint;
  return { scale, zeroPoint: full, axis, blockSize: 0, dtype: zero?.dtype ?? "uint8" };
}

/** An input as real numbers: a constant dequantised, a tensor that holds real numbers already, or a computation. */
function real(emitter: Emitter, name: string, quantisation: Quantisation): string {
  const constant = emitter.constantOf(name);
  const marked = emitter.context.quantised.get(name);
  if (marked) return sameQuantisation(marked, quantisation) ? name : rescaled(emitter, name, marked, quantisation);
  if (constant) return emitter.constant("dequantised", dequantised(constant, quantisation));
  if (!isPerTensor(quantisation)) throw emitter.refused("reads integers with a scale for each channel");
  const shifted = emitter.emit("Sub", [
    cast(emitter, name),
    emitter.float("zero_point", quantisation.zeroPoint[0] ?? 0),
  ]);
  return emitter.emit("Mul", [shifted, emitter.constant("scale", asFloat(quantisation.scale, []))]);
}

const cast = (emitter: Emitter, name: string): string => emitter.emit("Cast", [name], { to: dataTypeCodes.float32 });

/** Integers of one scale read by another: real₂ = (real₁ / s₁ + z₁ − z₂) · s₂. */
function rescaled(emitter: Emitter, name: string, from: Quantisation, to: Quantisation): string {
  if (!isPerTensor(from) || !isPerTensor(to)) throw emitter.refused("reads integers by another scale than they have");
  const [[s1 = 1], [s2 = 1]] = [numbersOf(from.scale), numbersOf(to.scale)];
  const offset = ((from.zeroPoint[0] ?? 0) - (to.zeroPoint[0] ?? 0)) * s2;
  return emitter.emit("Add", [
    emitter.emit("Mul", [name, emitter.float("ratio", s2 / s1)]),
    emitter.float("offset", offset),
  ]);
}

const asFloat = ({ data }: Tensor, shape: readonly number[]): Tensor<"float32"> =>
  tensor("float32", shape, Float32Array.from(data as ArrayLike<number | bigint>, Number));

/** The output: `made` within the bounds of the integers that it was rounded to, and known to stand for such. */
function quantisedOutput(emitter: Emitter, made: string, quantisation: Quantisation): boolean {
  if (!isPerTensor(quantisation)) throw emitter.refused("rounds to integers with a scale for each channel");
  const bounds = boundsOf(quantisation);
  emitter.context.quantised.set(emitter.output, quantisation);
  if (!bounds || emitter.context.leadsOut(emitter.output)) return emitter.last("Identity", [made]);
  return emitter.last("Clip", [made, emitter.float("low", bounds[0]), emitter.float("high", bounds[1])]);
}

const QuantizeLinear: Lowering = (emitter) => {
  const { dtype, ...rest } = quantisationAt(emitter, 1, emitter.number("axis", 1));
  const asked = dtypeOfCode(emitter.number("output_dtype", 0));
  const quantisation = { ...rest, dtype: asked ?? dtype, blockSize: emitter.number("block_size", 0) };
  const constant = emitter.constantOf(emitter.input(0));
  if (!constant) return quantisedOutput(emitter, emitter.input(0), quantisation);
  emitter.context.quantised.set(emitter.output, quantisation);
  return emitter.define(requantised(constant, quantisation));
};

const DequantizeLinear: Lowering = (emitter) => {
  const blockSize = emitter.number("block_size", 0);
  const quantisation = { ...quantisationAt(emitter, 1, emitter.number("axis", 1)), blockSize };
  const [name, constant] = [emitter.input(0), emitter.constantOf(emitter.input(0))];
  if (!constant) return emitter.last("Identity", [real(emitter, name, quantisation)]);
  const holdsReals = emitter.context.quantised.has(name);
  return emitter.define(holdsReals ? asFloat(constant, constant.shape) : dequantised(constant, quantisation));
};

/** Made to measure for each input, so that nothing is cut off: scale 1, zero point 0, and no rounding. */
const DynamicQuantizeLinear: Lowering = (emitter) => {
  const [y = "", scale = "", zeroPoint = ""] = emitter.node.outputs;
  const one = tensor("float32", [], Float32Array.of(1));
  emitter.context.define(scale, one);
  emitter.context.define(zeroPoint, tensor("uint8", [], Uint8Array.of(0)));
  emitter.context.quantised.set(y, { scale: one, zeroPoint: [0], axis: 0, blockSize: 0, dtype: "uint8" });
  return emitter.last("Identity", [emitter.input(0)]);
};

/** Integers less their zero point: what MatMulInteger and ConvInteger multiply; a product of two leaves the scale out. */
function integers(emitter: Emitter, at: number, zeroAt: number, axis: number): string {
  const [name, zero] = [emitter.input(at), emitter.constantOf(emitter.input(zeroAt))];
  const marked = emitter.context.quantised.get(name);
  if (marked && isPerTensor(marked)) {
    const [scale = 1] = numbersOf(marked.scale);
    return scale === 1 ? name : emitter.emit("Div", [name, emitter.float("scale", scale)]);
  }
  if (emitter.input(zeroAt) !== "" && !zero) throw emitter.refused("has a zero point that is computed at run time");
  const zeroPoint = zero ? numbersOf(zero) : [0];
  const scale = tensor("float32", [zeroPoint.length], new Float32Array(zeroPoint.length).fill(1));
  return real(emitter, name, { scale, zeroPoint, axis, blockSize: 0, dtype: "int8" });
}

const MatMulInteger: Lowering = (emitter) =>
  emitter.last("MatMul", [integers(emitter, 0, 2, -2), integers(emitter, 1, 3, -1)]);

const window = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"] as const;

/** A node's attributes of these names, as they are. */
const carried = <O extends OpName>({ node }: Emitter, names: readonly (keyof AttributeOptions<O> & string)[]) =>
  Object.fromEntries(names.flatMap((name) => (node.attributes[name] ? [[name, node.attributes[name].value]] : [])));

const ConvInteger: Lowering = (emitter) =>
  emitter.last("Conv", [integers(emitter, 0, 2, 1), integers(emitter, 1, 3, 0)], carried<"Conv">(emitter, window));

/** The bias of a quantised product, int32 with the scale of the input times that of each weight, as real numbers. */
function realBias(emitter: Emitter, name: string, scales: readonly [Quantisation, Quantisation], factor = 1): string {
  const constant = emitter.constantOf(name);
  if (name === "") return "";
  if (!constant) throw emitter.refused("has a bias that is computed at run time");
  const [[input = 1], weight] = [numbersOf(scales[0].scale), numbersOf(scales[1].scale)];
  const data = Float32Array.from(numbersOf(constant), (b, at) => b * input * (weight[at] ?? weight[0] ?? 1) * factor);
  return emitter.constant("bias", tensor("float32", constant.shape, data));
}

const QLinearConv: Lowering = (emitter) => {
  if (emitter.number("channels_last", 0) === 1) throw emitter.refused("has its channels last");
  const [x, w] = [quantisationAt(emitter, 1), quantisationAt(emitter, 4)];
  const [X, W] = [real(emitter, emitter.input(0), x), real(emitter, emitter.input(3), w)];
  const made = emitter.emit(
    "Conv",
    [X, W, realBias(emitter, emitter.input(8), [x, w])],
    carried<"Conv">(emitter, window),
  );
  return quantisedOutput(emitter, made, quantisationAt(emitter, 6));
};

const QLinearMatMul: Lowering = (emitter) => {
  const A = real(emitter, emitter.input(0), quantisationAt(emitter, 1, -2));
  const B = real(emitter, emitter.input(3), quantisationAt(emitter, 4, -1));
  return quantisedOutput(emitter, emitter.emit("MatMul", [A, B]), quantisationAt(emitter, 6));
};

const QGemm: Lowering = (emitter) => {
  const [transB, alpha] = [emitter.number("transB", 0), emitter.number("alpha", 1)];
  const [a, b] = [quantisationAt(emitter, 1), quantisationAt(emitter, 4, transB === 1 ? 0 : 1)];
  const [A, B] = [real(emitter, emitter.input(0), a), real(emitter, emitter.input(3), b)];
  const inputs = [A, B, realBias(emitter, emitter.input(6), [a, b], alpha)];
  const attributes = { alpha, transA: emitter.number("transA", 0), transB };
  if (emitter.input(7) === "") return emitter.last("Gemm", inputs, attributes);
  return quantisedOutput(emitter, emitter.emit("Gemm", inputs, attributes), quantisationAt(emitter, 7));
};

/** A quantised op of two inputs. */
const binary =
  (op: "Add" | "Mul"): Lowering =>
  (emitter) => {
    const A = real(emitter, emitter.input(0), quantisationAt(emitter, 1));
    const B = real(emitter, emitter.input(3), quantisationAt(emitter, 4));
    return quantisedOutput(emitter, emitter.emit(op, [A, B]), quantisationAt(emitter, 6));
  };

/** A quantised op of one input, as the op of the same kind on real numbers. */
const unary =
  (make: (emitter: Emitter, X: string) => string): Lowering =>
  (emitter) => {
    if (emitter.number("channels_last", 0) === 1) throw emitter.refused("has its channels last");
    const X = real(emitter, emitter.input(0), quantisationAt(emitter, 1));
    return quantisedOutput(emitter, make(emitter, X), quantisationAt(emitter, 3));
  };

const pooling = ["auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"] as const;

function softmax(emitter: Emitter, X: string): string {
  const axis = emitter.number("axis", -1);
  const rank = emitter.known(X)?.shape?.length;
  const isLast = axis === -1 || axis + 1 === rank;
  if (emitter.number("opset", 13) < 13 && !isLast) throw emitter.refused("is a Softmax over several axes at once");
  return emitter.emit("Softmax", [X], { axis });
}

const QLinearConcat: Lowering = (emitter) => {
  const count = Math.floor((emitter.node.inputs.length - 2) / 3);
  const parts = Array.from({ length: count }, (_, part) => 2 + 3 * part);
  const inputs = parts.map((at) => real(emitter, emitter.input(at), quantisationAt(emitter, at + 1)));
  return quantisedOutput(
    emitter,
    emitter.emit("Concat", inputs, { axis: emitter.number("axis", 0) }),
    quantisationAt(emitter, 0),
  );
};

/** A float matrix times a quantised one, with an optional bias. */
const floatProduct =
  (
    A: (emitter: Emitter) => string,
    at: { readonly B: number; readonly scale: number; readonly zero: number; readonly bias: number },
  ): Lowering =>
  (emitter) => {
    const [scale, zero] = [emitter.constantOf(emitter.input(at.scale)), emitter.constantOf(emitter.input(at.zero))];
    if (!scale) throw emitter.refused("has a scale that is computed at run time");
    const zeros = zero ? numbersOf(zero) : [0];
    const zeroPoint =
      scale.data.length > zeros.length ? new Array<number>(scale.data.length).fill(zeros[0] ?? 0) : zeros;
    const B = real(emitter, emitter.input(at.B), { scale, zeroPoint, axis: -1, blockSize: 0, dtype: "int8" });
    const bias = emitter.input(at.bias);
    if (bias === "") return emitter.last("MatMul", [A(emitter), B]);
    return emitter.last("Add", [emitter.emit("MatMul", [A(emitter), B]), bias]);
  };

/** (A − zero point) · scale, of integers made by DynamicQuantizeLinear as a rule. */
function scaledInput(emitter: Emitter): string {
  const scale = emitter.input(2);
  const unscaled = integers(emitter, 0, 4, -2);
  const [size = 0] = emitter.constantOf(scale)?.data ?? [];
  return Number(size) === 1 ? unscaled : emitter.emit("Mul", [unscaled, scale]);
}

/** What each quantised op is on real numbers. Inputs as ONNX and onnxruntime's ContribOperators.md list them. */
export const quantised: Readonly<Record<string, Lowering>> = {
  QuantizeLinear,
  DequantizeLinear,
  DynamicQuantizeLinear,
  MatMulInteger,
  ConvInteger,
  QLinearConv,
  QLinearMatMul,
  "com.microsoft.QuantizeLinear": QuantizeLinear,
  "com.microsoft.DequantizeLinear": DequantizeLinear,
  "com.microsoft.QLinearConv": QLinearConv,
  "com.microsoft.QGemm": QGemm,
  "com.microsoft.QLinearAdd": binary("Add"),
  "com.microsoft.QLinearMul": binary("Mul"),
  "com.microsoft.QLinearGlobalAveragePool": unary((emitter, X) => emitter.emit("GlobalAveragePool", [X])),
  "com.microsoft.QLinearAveragePool": unary((emitter, X) =>
    emitter.emit("AveragePool", [X], carried<"AveragePool">(emitter, pooling)),
  ),
  "com.microsoft.QLinearSigmoid": unary((emitter, X) => emitter.emit("Sigmoid", [X])),
  "com.microsoft.QLinearLeakyRelu": unary((emitter, X) =>
    emitter.emit("LeakyRelu", [X], { alpha: emitter.number("alpha", 0.01) }),
  ),
  "com.microsoft.QLinearSoftmax": unary(softmax),
  "com.microsoft.QLinearConcat": QLinearConcat,
  "com.microsoft.DynamicQuantizeMatMul": floatProduct((emitter) => emitter.input(0), {
    B: 1,
    scale: 2,
    zero: 3,
    bias: 4,
  }),
  "com.microsoft.MatMulNBits": MatMulNBits,
  "com.microsoft.MatMulIntegerToFloat": floatProduct(scaledInput, { B: 1, scale: 3, zero: 5, bias: 6 }),
};

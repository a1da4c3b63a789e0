import { floats, ints, type Tensor } from "../../base/tensor.ts";
import type { AttributeOptions } from "../../onnx/ops.ts";
import { transposed } from "../constant-rules.ts";
import type { Emitter, Lowering } from "./emitter.ts";

/*
 * Ops that onnxruntime's optimizer makes out of several: taken apart again, so that they can be trained and a saved model
 * is plain ONNX. Inputs and attributes as its ContribOperators.md lists them. A row gives false where a node uses a part
 * that has no plain form: it then passes through as it is, and nothing before it can be trained.
 */

/** Nodes that apply the activation of a fused op; undefined for one that is not known. */
const activations: Readonly<Record<string, (emitter: Emitter, X: string, params: readonly number[]) => boolean>> = {
  Relu: (emitter, X) => emitter.last("Relu", [X]),
  Tanh: (emitter, X) => emitter.last("Tanh", [X]),
  Sigmoid: (emitter, X) => emitter.last("Sigmoid", [X]),
  HardSwish: (emitter, X) => emitter.last("HardSwish", [X]),
  LeakyRelu: (emitter, X, [alpha = 0.01]) => emitter.last("LeakyRelu", [X], { alpha }),
  HardSigmoid: (emitter, X, [alpha = 0.2, beta = 0.5]) => emitter.last("HardSigmoid", [X], { alpha, beta }),
  Clip: (emitter, X, [low, high]) => emitter.last("Clip", [X, bound(emitter, "min", low), bound(emitter, "max", high)]),
};

const bound = (emitter: Emitter, stem: string, value: number | undefined): string =>
  value === undefined ? "" : emitter.float(stem, value);

/** Without an activation, the Identity. */
function activated(emitter: Emitter, X: string, params: readonly number[]): boolean {
  const name = emitter.text("activation") ?? "";
  if (name === "") return emitter.last("Identity", [X]);
  return activations[name]?.(emitter, X, params) ?? false;
}

/** Conv(X, W, B) + Z, then an activation. */
const FusedConv: Lowering = (emitter) => {
  const [X = "", W = "", B = "", Z = ""] = emitter.node.inputs;
  const { activation, activation_params, ...window } = emitter.node.attributes;
  const options = Object.fromEntries(Object.entries(window).map(([name, { value }]) => [name, value]));
  const made = emitter.emit("Conv", [X, W, B], options satisfies AttributeOptions<"Conv">);
  const sum = Z === "" ? made : emitter.emit("Add", [made, Z]);
  return activated(emitter, sum, emitter.numbers("activation_params") ?? []);
};

const FusedGemm: Lowering = (emitter) => {
  const [alpha, beta] = [emitter.number("alpha", 1), emitter.number("beta", 1)];
  const [transA, transB] = [emitter.number("transA", 0), emitter.number("transB", 0)];
  const made = emitter.emit("Gemm", emitter.node.inputs, { alpha, beta, transA, transB });
  const names = ["activation_alpha", "activation_beta", "activation_gamma"];
  const given = names.filter((name) => Object.hasOwn(emitter.node.attributes, name));
  return activated(
    emitter,
    made,
    given.map((name) => emitter.number(name, 0)),
  );
};

/** alpha · A·B, each with its last two axes exchanged where asked. */
const FusedMatMul: Lowering = (emitter) => {
  if (emitter.number("transBatchA", 0) === 1 || emitter.number("transBatchB", 0) === 1) return false;
  const A = lastSwapped(emitter, emitter.input(0), emitter.number("transA", 0) === 1);
  const B = lastSwapped(emitter, emitter.input(1), emitter.number("transB", 0) === 1);
  if (A === undefined || B === undefined) return false;
  const alpha = emitter.number("alpha", 1);
  if (alpha === 1) return emitter.last("MatMul", [A, B]);
  return emitter.last("Mul", [emitter.emit("MatMul", [A, B]), emitter.float("alpha", alpha)]);
};

function lastSwapped(emitter: Emitter, name: string, swap: boolean): string | undefined {
  const rank = emitter.known(name)?.shape?.length;
  // A vector has no axes to exchange.
  if (!swap || rank === 1) return name;
  if (rank === undefined) return undefined;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const constant = emitter.constantOf(name);
  return constant
    ? emitter.constant("transposed", transposed(constant, perm))
    : emitter.emit("Transpose", [name], { perm });
}

const gelu =
  (approximate: "none" | "tanh"): Lowering =>
  (emitter) => {
    const [X = "", bias = ""] = emitter.node.inputs;
    return emitter.last("Gelu", [bias === "" ? X : emitter.emit("Add", [X, bias])], { approximate });
  };

/** x · σ(alpha · x) */
const QuickGelu: Lowering = (emitter) => {
  const X = emitter.input(0);
  const scaled = emitter.emit("Mul", [X, emitter.float("alpha", emitter.number("alpha", 1.702))]);
  return emitter.last("Mul", [X, emitter.emit("Sigmoid", [scaled])]);
};

/** Outputs of a normalization that only training reads. */
const givesMore = ({ node, context }: Emitter, from: number, to = node.outputs.length): boolean =>
  node.outputs.slice(from, to).some((name) => name !== "" && context.isRead(name));

/** LayerNormalization of input + skip + bias over the last axis; the sum is its fourth output. */
const SkipLayerNormalization: Lowering = (emitter) => {
  const [input = "", skip = "", gamma = "", beta = "", bias = ""] = emitter.node.inputs;
  if (givesMore(emitter, 1, 3)) return false;
  const added = emitter.emit("Add", [input, skip]);
  const sum = bias === "" ? added : emitter.emit("Add", [added, bias]);
  emitter.last("LayerNormalization", [sum, gamma, beta], { epsilon: emitter.number("epsilon", 1e-12) });
  const given = emitter.node.outputs[3] ?? "";
  if (given !== "") emitter.alias(sum, given);
  return true;
};

/** softmax(Q·Kᵀ / √d + bias)·V for heads of d channels, of sequences [N, S, heads · d]. */
function attention(
  emitter: Emitter,
  [Q, K, V]: readonly [string, string, string],
  { heads, channels, bias }: AttentionShape,
) {
  const scale = emitter.number("scale", 0) || 1 / Math.sqrt(channels / heads);
  const [q, k, v] = [
    byHead(emitter, Q, heads, [0, 2, 1, 3]),
    byHead(emitter, K, heads, [0, 2, 3, 1]),
    byHead(emitter, V, heads, [0, 2, 1, 3]),
  ];
  const scores = emitter.emit("Mul", [emitter.emit("MatMul", [q, k]), emitter.float("scale", scale)]);
  const biased = bias === "" ? scores : emitter.emit("Add", [scores, bias]);
  const mixed = emitter.emit("MatMul", [emitter.emit("Softmax", [biased], { axis: -1 }), v]);
  const joined = emitter.emit("Transpose", [mixed], { perm: [0, 2, 1, 3] });
  return emitter.last("Reshape", [joined, emitter.constant("joined", ints([0, 0, -1]))]);
}

interface AttentionShape {
  readonly heads: number;
  /** Of Q and K, all heads together. */
  readonly channels: number;
  /** Added to the scores; "" for none. */
  readonly bias: string;
}

/** [N, S, heads · d] as [N, S, heads, d], its axes then in the order `perm`. */
function byHead(emitter: Emitter, X: string, heads: number, perm: readonly number[]): string {
  const split = emitter.emit("Reshape", [X, emitter.constant("heads", ints([0, 0, heads, -1]))]);
  return emitter.emit("Transpose", [split], { perm });
}

/** Attributes and inputs of an attention that are of no use to a picture: with one of them it stays as it is. */
const sequential = ["unidirectional", "do_rotary", "past_present_share_buffer"];
const isPlain = (emitter: Emitter, inputs: readonly number[]): boolean =>
  sequential.every((name) => emitter.number(name, 0) === 0) && inputs.every((at) => emitter.input(at) === "");

/** Q, K and V by one product of [N, S, C] with a constant [C, q + k + v]. */
const Attention: Lowering = (emitter) => {
  const weights = emitter.known(emitter.input(1))?.shape;
  const total = weights?.[1];
  if (!isPlain(emitter, [3, 4, 6]) || givesMore(emitter, 1) || typeof total !== "number") return false;
  const [q = 0, k = 0, v = 0] = emitter.numbers("qkv_hidden_sizes") ?? [total / 3, total / 3, total / 3];
  const product = emitter.emit("MatMul", [emitter.input(0), emitter.input(1)]);
  const all = emitter.input(2) === "" ? product : emitter.emit("Add", [product, emitter.input(2)]);
  const part = (from: number, to: number) =>
    emitter.emit("Slice", [
      all,
      ...[from, to, -1].map((at, i) => emitter.constant(["start", "end", "axis"][i] ?? "", ints([at]))),
    ]);
  const qkv = [part(0, q), part(q, q + k), part(q + k, q + k + v)] as const;
  return attention(emitter, qkv, { heads: emitter.number("num_heads", 1), channels: q, bias: emitter.input(5) });
};

/** Q, K and V as [N, S, C] each, with an optional bias [q + k + v]. */
const MultiHeadAttention: Lowering = (emitter) => {
  const [Q = "", K = "", V = "", bias = ""] = emitter.node.inputs;
  const shapes = [Q, K, V].map((name) => emitter.known(name)?.shape);
  const channels = shapes[0]?.[2];
  const known = shapes.every((shape) => shape?.length === 3) && typeof channels === "number";
  if (!known || !isPlain(emitter, [4, 6, 7, 8, 9]) || givesMore(emitter, 1)) return false;
  const shifts = bias === "" ? [] : biasParts(emitter.constantOf(bias), channels);
  if (!shifts) return false;
  const shifted = (X: string, at: number) => {
    const shift = shifts[at];
    return shift ? emitter.emit("Add", [X, emitter.constant("bias", shift)]) : X;
  };
  const qkv = [shifted(Q, 0), shifted(K, 1), shifted(V, 2)] as const;
  return attention(emitter, qkv, { heads: emitter.number("num_heads", 1), channels, bias: emitter.input(5) });
};

/** Q and K have `channels`, V what is left. */
function biasParts(bias: Tensor | undefined, channels: number): readonly Tensor[] | undefined {
  if (!(bias?.data instanceof Float32Array)) return undefined;
  const { data } = bias;
  return [data.slice(0, channels), data.slice(channels, 2 * channels), data.slice(2 * channels)].map((part) =>
    floats(part),
  );
}

/** What each fused op was made of. */
export const fused: Readonly<Record<string, Lowering>> = {
  "com.microsoft.FusedConv": FusedConv,
  "com.microsoft.FusedGemm": FusedGemm,
  "com.microsoft.FusedMatMul": FusedMatMul,
  "com.microsoft.TransposeMatMul": FusedMatMul,
  "com.microsoft.Gelu": gelu("none"),
  "com.microsoft.BiasGelu": gelu("none"),
  "com.microsoft.FastGelu": gelu("tanh"),
  "com.microsoft.QuickGelu": QuickGelu,
  "com.microsoft.SkipLayerNormalization": SkipLayerNormalization,
  "com.microsoft.Attention": Attention,
  "com.microsoft.MultiHeadAttention": MultiHeadAttention,
};

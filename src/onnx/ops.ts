import type { Tensor } from "../base/tensor.ts";
import type { Attribute, Attributes, Node } from "./graph.ts";

/**
 * What Regraft knows of each op: its inputs, outputs and attributes by ONNX's names, in the form they have at
 * `OPSET`. Shape rules and gradient rules are tables with exactly these rows and these inputs.
 *
 * `X?` is optional, `inputs...` takes any number. `since` is the first opset with this form: a saved model asks for
 * the highest `since` among its ops and no more, so that old runtimes can read it.
 * @see https://github.com/onnx/onnx/blob/main/docs/Operators.md
 */
export interface OpSpec {
  readonly since: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
}

interface AttributeSpec<K extends Attribute["kind"] = Attribute["kind"], D = unknown> {
  readonly kind: K;
  readonly default: D;
}

const int = <const D extends number | undefined = undefined>(value?: D) => spec("int", value as D);
const float = <const D extends number | undefined = undefined>(value?: D) => spec("float", value as D);
const string = <const D extends string | undefined = undefined>(value?: D) => spec("string", value as D);
const ints = () => spec("ints", undefined);
const floats = () => spec("floats", undefined);
const tensor = () => spec("tensor", undefined);
function spec<const K extends Attribute["kind"], const D>(kind: K, value: D): AttributeSpec<K, D> {
  return { kind, default: value };
}

const none = {};
const unary = (since: number) => ({ since, inputs: ["X"], outputs: ["Y"], attributes: none }) as const;
const binary = (since: number) => ({ since, inputs: ["A", "B"], outputs: ["C"], attributes: none }) as const;
const reduce = (since: number) =>
  ({
    since,
    inputs: ["data", "axes?"],
    outputs: ["reduced"],
    attributes: { keepdims: int(1), noop_with_empty_axes: int(0) },
  }) as const;

const window = {
  auto_pad: string("NOTSET"),
  kernel_shape: ints(),
  pads: ints(),
  strides: ints(),
  dilations: ints(),
};

export const ops = {
  // convolution and products
  Conv: { since: 11, inputs: ["X", "W", "B?"], outputs: ["Y"], attributes: { ...window, group: int(1) } },
  ConvTranspose: {
    since: 11,
    inputs: ["X", "W", "B?"],
    outputs: ["Y"],
    attributes: { ...window, group: int(1), output_padding: ints(), output_shape: ints() },
  },
  Gemm: {
    since: 13,
    inputs: ["A", "B", "C?"],
    outputs: ["Y"],
    attributes: { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) },
  },
  MatMul: { since: 13, inputs: ["A", "B"], outputs: ["Y"], attributes: none },
  Einsum: { since: 12, inputs: ["Inputs..."], outputs: ["Output"], attributes: { equation: string() } },

  // normalization
  BatchNormalization: {
    since: 15,
    inputs: ["X", "scale", "B", "input_mean", "input_var"],
    outputs: ["Y", "running_mean?", "running_var?"],
    attributes: { epsilon: float(1e-5), momentum: float(0.9), training_mode: int(0) },
  },
  LayerNormalization: {
    since: 17,
    inputs: ["X", "Scale", "B?"],
    outputs: ["Y", "Mean?", "InvStdDev?"],
    attributes: { axis: int(-1), epsilon: float(1e-5), stash_type: int(1) },
  },
  LRN: {
    since: 13,
    inputs: ["X"],
    outputs: ["Y"],
    attributes: { alpha: float(1e-4), beta: float(0.75), bias: float(1), size: int() },
  },
  InstanceNormalization: {
    since: 6,
    inputs: ["input", "scale", "B"],
    outputs: ["output"],
    attributes: { epsilon: float(1e-5) },
  },
  GroupNormalization: {
    since: 21,
    inputs: ["X", "scale", "bias"],
    outputs: ["Y"],
    attributes: { num_groups: int(), epsilon: float(1e-5), stash_type: int(1) },
  },

  // pooling
  MaxPool: {
    since: 12,
    inputs: ["X"],
    outputs: ["Y", "Indices?"],
    attributes: { ...window, ceil_mode: int(0), storage_order: int(0) },
  },
  AveragePool: {
    since: 19,
    inputs: ["X"],
    outputs: ["Y"],
    attributes: { ...window, ceil_mode: int(0), count_include_pad: int(0) },
  },
  GlobalAveragePool: unary(1),
  GlobalMaxPool: unary(1),

  // activations
  Relu: unary(14),
  LeakyRelu: { since: 16, inputs: ["X"], outputs: ["Y"], attributes: { alpha: float(0.01) } },
  PRelu: { since: 16, inputs: ["X", "slope"], outputs: ["Y"], attributes: none },
  ThresholdedRelu: { since: 10, inputs: ["X"], outputs: ["Y"], attributes: { alpha: float(1) } },
  Clip: { since: 13, inputs: ["input", "min?", "max?"], outputs: ["output"], attributes: none },
  Sigmoid: unary(13),
  HardSigmoid: { since: 6, inputs: ["X"], outputs: ["Y"], attributes: { alpha: float(0.2), beta: float(0.5) } },
  HardSwish: unary(14),
  Tanh: unary(13),
  Softplus: unary(1),
  Softsign: unary(1),
  Mish: unary(18),
  Elu: { since: 6, inputs: ["X"], outputs: ["Y"], attributes: { alpha: float(1) } },
  Celu: { since: 12, inputs: ["X"], outputs: ["Y"], attributes: { alpha: float(1) } },
  Selu: {
    since: 6,
    inputs: ["X"],
    outputs: ["Y"],
    attributes: { alpha: float(1.6732632423543772), gamma: float(1.0507009873554805) },
  },
  Erf: unary(13),
  Gelu: { since: 20, inputs: ["X"], outputs: ["Y"], attributes: { approximate: string("none") } },
  Softmax: { since: 13, inputs: ["input"], outputs: ["output"], attributes: { axis: int(-1) } },
  LogSoftmax: { since: 13, inputs: ["input"], outputs: ["output"], attributes: { axis: int(-1) } },
  Dropout: {
    since: 13,
    inputs: ["data", "ratio?", "training_mode?"],
    outputs: ["output", "mask?"],
    attributes: { seed: int() },
  },

  // arithmetic
  Add: binary(14),
  Sub: binary(14),
  Mul: binary(14),
  Div: binary(14),
  Mod: { since: 13, inputs: ["A", "B"], outputs: ["C"], attributes: { fmod: int(0) } },
  Pow: { since: 15, inputs: ["X", "Y"], outputs: ["Z"], attributes: none },
  Sqrt: unary(13),
  Exp: unary(13),
  Log: unary(13),
  Sin: unary(7),
  Cos: unary(7),
  Abs: unary(13),
  Neg: unary(13),
  Reciprocal: unary(13),
  Sign: unary(13),
  Floor: unary(13),
  Ceil: unary(13),
  Round: unary(11),
  Min: { since: 13, inputs: ["data..."], outputs: ["min"], attributes: none },
  Max: { since: 13, inputs: ["data..."], outputs: ["max"], attributes: none },

  // comparison and choice
  Equal: binary(13),
  Greater: binary(13),
  GreaterOrEqual: binary(16),
  Less: binary(13),
  LessOrEqual: binary(16),
  And: binary(7),
  Or: binary(7),
  Xor: binary(7),
  Not: unary(1),
  IsNaN: unary(13),
  IsInf: { since: 10, inputs: ["X"], outputs: ["Y"], attributes: { detect_negative: int(1), detect_positive: int(1) } },
  Where: { since: 16, inputs: ["condition", "X", "Y"], outputs: ["output"], attributes: none },
  Trilu: { since: 14, inputs: ["input", "k?"], outputs: ["output"], attributes: { upper: int(1) } },

  // reductions and running sums
  ReduceMean: reduce(18),
  ReduceSum: reduce(13),
  ReduceMax: reduce(18),
  ReduceMin: reduce(18),
  ReduceProd: reduce(18),
  ReduceL1: reduce(18),
  ReduceL2: reduce(18),
  ReduceSumSquare: reduce(18),
  ReduceLogSum: reduce(18),
  ReduceLogSumExp: reduce(18),
  CumSum: { since: 14, inputs: ["x", "axis"], outputs: ["y"], attributes: { exclusive: int(0), reverse: int(0) } },
  ArgMax: {
    since: 13,
    inputs: ["data"],
    outputs: ["reduced"],
    attributes: { axis: int(0), keepdims: int(1), select_last_index: int(0) },
  },

  // moving data
  Concat: { since: 13, inputs: ["inputs..."], outputs: ["concat_result"], attributes: { axis: int() } },
  Split: {
    since: 18,
    inputs: ["input", "split?"],
    outputs: ["outputs..."],
    attributes: { axis: int(0), num_outputs: int() },
  },
  Slice: { since: 13, inputs: ["data", "starts", "ends", "axes?", "steps?"], outputs: ["output"], attributes: none },
  Gather: { since: 13, inputs: ["data", "indices"], outputs: ["output"], attributes: { axis: int(0) } },
  GatherElements: { since: 13, inputs: ["data", "indices"], outputs: ["output"], attributes: { axis: int(0) } },
  GatherND: { since: 13, inputs: ["data", "indices"], outputs: ["output"], attributes: { batch_dims: int(0) } },
  ScatterElements: {
    since: 18,
    inputs: ["data", "indices", "updates"],
    outputs: ["output"],
    attributes: { axis: int(0), reduction: string("none") },
  },
  ScatterND: {
    since: 18,
    inputs: ["data", "indices", "updates"],
    outputs: ["output"],
    attributes: { reduction: string("none") },
  },
  TopK: {
    since: 11,
    inputs: ["X", "K"],
    outputs: ["Values", "Indices"],
    attributes: { axis: int(-1), largest: int(1), sorted: int(1) },
  },
  Tile: { since: 13, inputs: ["input", "repeats"], outputs: ["output"], attributes: none },
  DepthToSpace: {
    since: 13,
    inputs: ["input"],
    outputs: ["output"],
    attributes: { blocksize: int(), mode: string("DCR") },
  },
  SpaceToDepth: { since: 13, inputs: ["input"], outputs: ["output"], attributes: { blocksize: int() } },
  Resize: {
    since: 19,
    inputs: ["X", "roi?", "scales?", "sizes?"],
    outputs: ["Y"],
    attributes: {
      antialias: int(0),
      axes: ints(),
      coordinate_transformation_mode: string("half_pixel"),
      cubic_coeff_a: float(-0.75),
      exclude_outside: int(0),
      extrapolation_value: float(0),
      keep_aspect_ratio_policy: string("stretch"),
      mode: string("nearest"),
      nearest_mode: string("round_prefer_floor"),
    },
  },
  Pad: {
    since: 18,
    inputs: ["data", "pads", "constant_value?", "axes?"],
    outputs: ["output"],
    attributes: { mode: string("constant") },
  },
  Reshape: { since: 14, inputs: ["data", "shape"], outputs: ["reshaped"], attributes: { allowzero: int(0) } },
  Flatten: { since: 13, inputs: ["input"], outputs: ["output"], attributes: { axis: int(1) } },
  Transpose: { since: 13, inputs: ["data"], outputs: ["transposed"], attributes: { perm: ints() } },
  Squeeze: { since: 13, inputs: ["data", "axes?"], outputs: ["squeezed"], attributes: none },
  Unsqueeze: { since: 13, inputs: ["data", "axes"], outputs: ["expanded"], attributes: none },
  Expand: { since: 13, inputs: ["input", "shape"], outputs: ["output"], attributes: none },
  Identity: { since: 14, inputs: ["input"], outputs: ["output"], attributes: none },
  Cast: { since: 13, inputs: ["input"], outputs: ["output"], attributes: { to: int() } },

  // shapes and constants
  Shape: { since: 15, inputs: ["data"], outputs: ["shape"], attributes: { start: int(0), end: int() } },
  Size: { since: 13, inputs: ["data"], outputs: ["size"], attributes: none },
  Constant: {
    since: 13,
    inputs: [],
    outputs: ["output"],
    attributes: { value: tensor(), value_int: int(), value_float: float(), value_ints: ints(), value_floats: floats() },
  },
  ConstantOfShape: { since: 9, inputs: ["input"], outputs: ["output"], attributes: { value: tensor() } },
  Range: { since: 11, inputs: ["start", "limit", "delta"], outputs: ["output"], attributes: none },
  EyeLike: { since: 9, inputs: ["input"], outputs: ["output"], attributes: { dtype: int(), k: int(0) } },
  OneHot: { since: 11, inputs: ["indices", "depth", "values"], outputs: ["output"], attributes: { axis: int(-1) } },
  NonZero: { since: 13, inputs: ["X"], outputs: ["Y"], attributes: none },
} as const satisfies Record<string, OpSpec>;

export type OpName = keyof typeof ops;

/** "X" of "X", "X?" and "X...". */
export type Bare<S extends string> = S extends `${infer N}?` ? N : S extends `${infer N}...` ? N : S;

export type InputName<O extends OpName> = Bare<(typeof ops)[O]["inputs"][number]>;
export type OutputName<O extends OpName> = Bare<(typeof ops)[O]["outputs"][number]>;

interface KindValues {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly tensor: Tensor;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
}

type ValueOf<S> = S extends { readonly kind: infer K extends keyof KindValues } ? KindValues[K] : never;

/** The attributes of an op as plain values, defaults filled in; undefined where ONNX gives no default. */
export type AttributeValues<O extends OpName> = {
  readonly [A in keyof (typeof ops)[O]["attributes"]]: (typeof ops)[O]["attributes"][A] extends {
    readonly default: undefined;
  }
    ? ValueOf<(typeof ops)[O]["attributes"][A]> | undefined
    : ValueOf<(typeof ops)[O]["attributes"][A]>;
};

/** What a caller may pass when building a node: any subset of the op's attributes. */
export type AttributeOptions<O extends OpName> = {
  readonly [A in keyof (typeof ops)[O]["attributes"]]?: ValueOf<(typeof ops)[O]["attributes"][A]> | undefined;
};

export const isKnownOp = (op: string): op is OpName => Object.hasOwn(ops, op);

/** The spec of a node's op, or undefined for an op of another domain or one that Regraft does not know. */
export function specOf(node: Node): OpSpec | undefined {
  return node.domain === "" && isKnownOp(node.op) ? ops[node.op] : undefined;
}

/** The name without its `?` or `...`. */
export const bareName = (name: string): string => name.replace(/(\?|\.\.\.)$/, "");
export const isVariadic = (name: string): boolean => name.endsWith("...");
export const isOptional = (name: string): boolean => name.endsWith("?");

/** A node's attributes as plain values with ONNX's defaults. The caller knows the op: `O` is checked by the tables. */
export function attributesOf<O extends OpName>(op: O, attributes: Attributes): AttributeValues<O> {
  const specs: Readonly<Record<string, AttributeSpec>> = ops[op].attributes;
  const values = Object.entries(specs).map(([name, { default: fallback }]) => [
    name,
    attributes[name]?.value ?? fallback,
  ]);
  return Object.fromEntries(values) as AttributeValues<O>;
}

import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range } from "../extents.ts";
import type { Axis } from "./window.ts";

/** What a convolution's gradients depend on besides the tensors. */
export interface Convolution {
  readonly group: number;
  /** Ci. */
  readonly inputs: number;
  /** Co. */
  readonly outputs: number;
  readonly axes: readonly Axis[];
}

/** dW [Co, Ci/group, ...kernel] from X [N, Ci, ...input] and dY [N, Co, ...output]. */
type Formulation = (g: GraphBuilder, conv: Convolution, X: Value, dY: Value) => Value;

/** Ways to the same dW; which one is fastest depends on the extents. */
const formulations = { stackedProducts, oneProduct, exchangedConv } satisfies Record<string, Formulation>;

/** dW[co, ci, k] = Σ_n Σ_o dY[n, co, o] · X[n, ci, o·stride + k·dilation − before]. */
export const weightGradient: Formulation = (g, conv, X, dY) => formulations[cheapest(conv)](g, conv, X, dY);

/** Picks a formulation by memory traffic: all of them do the same multiplications. */
function cheapest({ group, inputs, outputs, axes }: Convolution): keyof typeof formulations {
  const pointwise = group === 1 && axes.every(({ kernel, before }) => kernel === 1 && before === 0);
  if (!pointwise) return "exchangedConv";
  const pixels = axes.reduce((product, { output }) => product * output, 1);
  const stackOfProducts = inputs * outputs;
  const transposed = (inputs + outputs) * pixels;
  return stackOfProducts > transposed ? "oneProduct" : "stackedProducts";
}

/** Kernel 1: per image dY [Co, L] · Xᵀ [L, Ci], summed over the images. */
function stackedProducts(g: GraphBuilder, conv: Convolution, X: Value, dY: Value): Value {
  const rows = g.Reshape(dY, g.ints([0, conv.outputs, -1]));
  const columns = g.Reshape(strided(g, conv, X), g.ints([0, conv.inputs, -1]));
  const products = g.MatMul(rows, g.Transpose(columns, { perm: [0, 2, 1] }));
  return asWeight(g, conv, g.ReduceSum(products, g.ints([0]), { keepdims: 0 }));
}

/** Kernel 1: one product [Co, N·L] · [N·L, Ci]; costs transposing both, saves writing and summing N products. */
function oneProduct(g: GraphBuilder, conv: Convolution, X: Value, dY: Value): Value {
  const channelsFirst = (value: Value, channels: number): Value => {
    const perm = [1, 0, ...range(conv.axes.length).map((axis) => axis + 2)];
    return g.Reshape(g.Transpose(value, { perm }), g.ints([channels, -1]));
  };
  const rows = channelsFirst(dY, conv.outputs);
  const columns = channelsFirst(strided(g, conv, X), conv.inputs);
  return asWeight(g, conv, g.Gemm(rows, columns, undefined, { transB: 1 }));
}

/** The inputs that a kernel of extent 1 reads. */
function strided(g: GraphBuilder, { axes }: Convolution, X: Value): Value {
  const long = axes.flatMap((axis, at) => (axis.output === axis.input ? [] : [{ ...axis, at: at + 2 }]));
  if (long.length === 0) return X;
  const ends = long.map(({ output, stride }) => (output - 1) * stride + 1);
  const all = (numbers: readonly number[]) => g.ints(numbers);
  return g.Slice(
    X,
    all(long.map(() => 0)),
    all(ends),
    all(long.map(({ at }) => at)),
    all(long.map(({ stride }) => stride)),
  );
}

const asWeight = (g: GraphBuilder, { inputs, outputs, axes }: Convolution, product: Value): Value =>
  g.Reshape(product, g.ints([outputs, inputs, ...axes.map(() => 1)]));

/**
 * Any kernel and any group: a convolution with batch and channels exchanged, [Ci/group, group·N, ...input] with dY as
 * the kernel [Co, N, ...output]. Strides become dilations and the other way round; what hangs over at the end is cropped.
 */
function exchangedConv(g: GraphBuilder, conv: Convolution, X: Value, dY: Value): Value {
  const { group, axes } = conv;
  const made = g.Conv(imagesAsChannels(g, conv, X), g.Transpose(dY, { perm: swapFirst(axes.length) }), undefined, {
    group,
    strides: axes.map(({ dilation }) => dilation),
    dilations: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => Math.max(after, 0))],
  });
  return g.Transpose(cropped(g, conv, made), { perm: swapFirst(axes.length) });
}

const swapFirst = (spatial: number): readonly number[] => [1, 0, ...range(spatial).map((axis) => axis + 2)];

/** [N, Ci, ...] to [Ci/group, group·N, ...]. */
function imagesAsChannels(g: GraphBuilder, { group, inputs, axes }: Convolution, X: Value): Value {
  if (group === 1) return g.Transpose(X, { perm: swapFirst(axes.length) });
  const extents = axes.map(({ input }) => input);
  const grouped = g.Reshape(X, g.ints([-1, group, inputs / group, ...extents]));
  const swapped = g.Transpose(grouped, { perm: [2, 1, 0, ...axes.map((_, axis) => axis + 3)] });
  return g.Reshape(swapped, g.ints([inputs / group, -1, ...extents]));
}

/** The kernel's extents out of those that the exchanged convolution made. */
function cropped(g: GraphBuilder, { axes }: Convolution, made: Value): Value {
  const over = axes.flatMap(({ after, kernel }, at) => (after < 0 ? [{ at: at + 2, kernel }] : []));
  if (over.length === 0) return made;
  const kernels = over.map(({ kernel }) => kernel);
  return g.Slice(made, g.ints(kernels.map(() => 0)), g.ints(kernels), g.ints(over.map(({ at }) => at)));
}

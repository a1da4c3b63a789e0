import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { type Margin, padded, range } from "../extents.ts";
import type { Convolution, WeightGradient } from "./conv-geometry.ts";
import type { Axis } from "./window.ts";

/** How the images stand in a matrix product. */
interface Layout {
  /** Puts the axes of [N, C, ...spatial] in order before anything is copied. */
  arrange(g: GraphBuilder, value: Value): Value;
  /** Σ over images and pixels of dY·Xᵀ: [Co, Ci]. */
  product(g: GraphBuilder, conv: Convolution, dY: Value, X: Value): Value;
}

/** Per image [Co, L]·[L, Ci], then the sum over N. onnxruntime merges the Transpose into the product. */
const stacked: Layout = {
  arrange: (_, value) => value,
  product: (g, { inputs, outputs }, dY, X) => {
    const [rows, columns] = [g.Reshape(dY, g.ints([0, outputs, -1])), g.Reshape(X, g.ints([0, inputs, -1]))];
    return g.ReduceSum(g.MatMul(rows, g.Transpose(columns, { perm: [0, 2, 1] })), g.ints([0]), { keepdims: 0 });
  },
};

/** All images at once: [Co, N·L]·[N·L, Ci]. */
const joined: Layout = {
  arrange: (g, value) =>
    g.Transpose(value, { perm: [1, 0, ...range((value.shape?.length ?? 2) - 2).map((at) => at + 2)] }),
  product: (g, { inputs, outputs }, dY, X) =>
    g.Gemm(g.Reshape(dY, g.ints([outputs, -1])), g.Reshape(X, g.ints([inputs, -1])), undefined, { transB: 1 }),
};

/** dW as one stack of products for each pixel of the kernel; stride 1, or a kernel of one unpadded pixel. */
export const stackedProducts: WeightGradient = (g, conv, X, dY) => shiftedProducts(g, conv, X, dY, stacked);

/** dW as one product for each pixel of the kernel; stride 1, or a kernel of one unpadded pixel. */
export const oneProduct: WeightGradient = (g, conv, X, dY) => shiftedProducts(g, conv, X, dY, joined);

/**
 * One product for each pixel of the kernel, of X and dY shifted against each other: dY along the first spatial axis, X
 * along the others, so that k + k shifted copies serve k·k products.
 */
function shiftedProducts(g: GraphBuilder, conv: Convolution, X: Value, dY: Value, layout: Layout): Value {
  const { inputs, outputs, axes } = conv;
  const [first, ...others] = axes;
  const pictures = layout.arrange(g, read(g, conv, X));
  const slopes = layout.arrange(g, dY);
  const rows = first ? range(first.kernel).map((k) => padded(g, slopes, [againstInput(first, k, 2)])) : [slopes];
  const columns = positions(others.map(({ kernel }) => kernel)).map((position) =>
    padded(
      g,
      pictures,
      others.map((axis, at) => againstOutput(axis, position[at] ?? 0, at + 3)),
    ),
  );
  const products = rows.flatMap((row) => columns.map((column) => layout.product(g, conv, row, column)));
  const kernel = axes.map((axis) => axis.kernel);
  const [only] = products;
  if (only && products.length === 1) return g.Reshape(only, g.ints([outputs, inputs, ...kernel]));
  const stack = g.Concat(...products.map((product) => g.Unsqueeze(product, g.ints([2]))), { axis: 2 });
  return g.Reshape(stack, g.ints([outputs, inputs, ...kernel]));
}

/** Moves output o to input o + k·dilation − before, on as many places as there are inputs. */
function againstInput({ input, output, stride, dilation, before }: Axis, k: number, axis: number): Margin {
  if (stride > 1) return unmoved(axis);
  const front = k * dilation - before;
  return { axis, front, back: input - output - front };
}

/** Moves input o + k·dilation − before to output o, on as many places as there are outputs. */
function againstOutput({ input, output, stride, dilation, before }: Axis, k: number, axis: number): Margin {
  if (stride > 1) return unmoved(axis);
  const front = before - k * dilation;
  return { axis, front, back: output - input - front };
}

/** At a stride above 1 the kernel is one pixel, and what it reads has been picked out already. */
const unmoved = (axis: number): Margin => ({ axis, front: 0, back: 0 });

/** Every position in a kernel of these extents, in row-major order. */
const positions = (extents: readonly number[]): readonly (readonly number[])[] =>
  extents.reduce<readonly (readonly number[])[]>(
    (all, extent) => all.flatMap((position) => range(extent).map((k) => [...position, k])),
    [[]],
  );

/** The inputs that a kernel of one pixel reads; all of them at stride 1. */
function read(g: GraphBuilder, { axes }: Convolution, X: Value): Value {
  const long = axes.flatMap((axis, at) => (axis.stride > 1 ? [{ ...axis, at: at + 2 }] : []));
  if (long.length === 0) return X;
  const zeros = g.ints(long.map(() => 0));
  const ends = g.ints(long.map(({ output, stride }) => (output - 1) * stride + 1));
  return g.Slice(X, zeros, ends, g.ints(long.map(({ at }) => at)), g.ints(long.map(({ stride }) => stride)));
}

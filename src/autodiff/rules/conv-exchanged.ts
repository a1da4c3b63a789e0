import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range } from "../extents.ts";
import type { Convolution, WeightGradient } from "./conv-geometry.ts";

/**
 * dW for any kernel, stride and group: a convolution with batch and channels exchanged, of [Ci/group, group·N, ...input]
 * with dY as the kernel [Co, N, ...output]. Strides become dilations and the other way round.
 */
export const exchangedConv: WeightGradient = (g, conv, X, dY) => {
  const { group, axes } = conv;
  const kernel = g.Transpose(dY, { perm: swapFirst(axes.length) });
  const made = g.Conv(imagesAsChannels(g, conv, X), kernel, undefined, {
    group,
    strides: axes.map(({ dilation }) => dilation),
    dilations: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => Math.max(after, 0))],
  });
  return g.Transpose(cropped(g, conv, made), { perm: swapFirst(axes.length) });
};

const swapFirst = (spatial: number): readonly number[] => [1, 0, ...range(spatial).map((axis) => axis + 2)];

/** [N, Ci, ...] to [Ci/group, group·N, ...]. */
function imagesAsChannels(g: GraphBuilder, { group, inputs, axes }: Convolution, X: Value): Value {
  if (group === 1) return g.Transpose(X, { perm: swapFirst(axes.length) });
  const extents = axes.map(({ input }) => input);
  const grouped = g.Reshape(X, g.ints([-1, group, inputs / group, ...extents]));
  const swapped = g.Transpose(grouped, { perm: [2, 1, 0, ...axes.map((_, axis) => axis + 3)] });
  return g.Reshape(swapped, g.ints([inputs / group, -1, ...extents]));
}

/** Inputs at the end that no window read make the result too long. */
function cropped(g: GraphBuilder, { axes }: Convolution, made: Value): Value {
  const over = axes.flatMap(({ after, kernel }, at) => (after < 0 ? [{ at: at + 2, kernel }] : []));
  if (over.length === 0) return made;
  const kernels = over.map(({ kernel }) => kernel);
  return g.Slice(made, g.ints(kernels.map(() => 0)), g.ints(kernels), g.ints(over.map(({ at }) => at)));
}

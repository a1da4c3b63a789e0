import { extentOf, range } from "../extents.ts";
import type { WeightGradient } from "./conv-geometry.ts";

/**
 * dW of a convolution of each channel for itself, [C, 1, ...kernel], for a batch of known size: the images stand side by
 * side as channels, [1, N·C, ...input], and each is convolved with its own dY as the kernel, [N·C, 1, ...output]. Nothing
 * is copied for that. What comes out is summed over the images. Strides become dilations and the other way round.
 */
export const perImage: WeightGradient = (g, { inputs, axes }, X, dY) => {
  const images = extentOf(X, 0);
  const channels = images * inputs;
  const input = g.Reshape(X, g.ints([1, channels, ...axes.map((axis) => axis.input)]));
  const kernel = g.Reshape(dY, g.ints([channels, 1, ...axes.map((axis) => axis.output)]));
  const made = g.Conv(input, kernel, undefined, {
    group: channels,
    strides: axes.map(({ dilation }) => dilation),
    dilations: axes.map(({ stride }) => stride),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
  });
  const extents = axes.map(({ kernel }) => kernel);
  const split = g.Reshape(made, g.ints([images, inputs, ...range(axes.length).map((at) => extents[at] ?? 1)]));
  return g.Unsqueeze(g.ReduceSum(split, g.ints([0]), { keepdims: 0 }), g.ints([1]));
};

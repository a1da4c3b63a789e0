import type { Value } from "../../onnx/builder.ts";
import { extentOf, spatialExtents } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import type { GradientContext } from "../rule.ts";
import type { Convolution } from "./conv-geometry.ts";
import { weightGradient } from "./conv-weight.ts";
import { axesOfWindow } from "./window.ts";

type Context = GradientContext<"ConvTranspose">;

/** ConvTranspose is a convolution's way back, from its output X to its input Y; so its own way back is that convolution. */
export function transposeInputGradient(context: Context): Value {
  const { g, W, dY } = context;
  const { group, axes } = reversed(context);
  return g.Conv(dY, W, undefined, {
    group,
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => Math.max(after, 0))],
  });
}

/** dW [Ci, Co/group, ...kernel]: that of the convolution, for which dY is the input and X the gradient of the output. */
export const transposeWeightGradient = (context: Context): Value =>
  weightGradient(context.g, reversed(context), { X: context.dY, dY: context.X, block: context.block });

/** The convolution from Y [N, Co, ...] to X [N, Ci, ...] that has the same W. */
function reversed({ node, X, W, Y, attributes }: Context): Convolution {
  const { group, auto_pad, output_shape, output_padding } = attributes;
  const derived = output_shape !== undefined || auto_pad.startsWith("SAME");
  if (derived && output_padding?.some((padding) => padding !== 0)) {
    throw new NoGradient(node, "output_padding together with output_shape or auto_pad is not handled");
  }
  // Where the pads follow from output_shape, ONNX puts an odd one in front, unless auto_pad is SAME_UPPER.
  const padding = output_shape && auto_pad !== "SAME_UPPER" ? "SAME_LOWER" : auto_pad;
  const axes = axesOfWindow({ ...attributes, auto_pad: padding }, Y, X, spatialExtents(W));
  if (axes.some(({ after, stride }) => -after >= stride)) {
    throw new NoGradient(node, "output_padding of a stride or more is not handled");
  }
  return { group, inputs: extentOf(Y, 1), outputs: extentOf(X, 1), axes };
}

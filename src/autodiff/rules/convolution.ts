import { extentOf, spatialExtents } from "../extents.ts";
import type { GradientContext, GradientRules } from "../rule.ts";
import { sumToChannels } from "./channels.ts";
import type { Convolution } from "./conv-geometry.ts";
import { inputGradient } from "./conv-input.ts";
import { transposeInputGradient, transposeWeightGradient } from "./conv-transpose.ts";
import { weightGradient } from "./conv-weight.ts";

import { axesOfWindow } from "./window.ts";

/** Convolution over any number of spatial axes: X [N, Ci, ...], W [Co, Ci/group, ...kernel], Y [N, Co, ...]. */
export const convolutionRules = {
  Conv: {
    X: ({ g, W, dY, ...context }) => inputGradient(g, convolutionOf({ g, W, dY, ...context }), W, dY),
    W: ({ g, X, dY, ...context }) =>
      weightGradient(g, convolutionOf({ g, X, dY, ...context }), { X, dY, block: context.block }),
    B: ({ g, dY }) => sumToChannels(g, dY),
  },
  ConvTranspose: {
    X: transposeInputGradient,
    W: transposeWeightGradient,
    B: ({ g, dY }) => sumToChannels(g, dY),
  },
} satisfies Partial<GradientRules>;

function convolutionOf({ X, W, Y, attributes }: GradientContext<"Conv">): Convolution {
  const { group } = attributes;
  return {
    group,
    inputs: extentOf(X, 1),
    outputs: extentOf(W, 0),
    axes: axesOfWindow(attributes, X, Y, spatialExtents(W)),
  };
}

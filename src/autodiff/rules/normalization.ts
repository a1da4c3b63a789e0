import type { Value } from "../../onnx/builder.ts";
import { range, reshapeLike, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import type { GradientContext, GradientRules } from "../rule.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { alongChannels, sumToChannels } from "./channels.ts";
import { responseGradient } from "./local-response.ts";
import { type Standardized, standardized, throughStandardized } from "./standardized.ts";

/** Normalization: by statistics of the batch or of running ones, and by those of each example. */
export const normalizationRules = {
  BatchNormalization: batchNormalization,
  // over the axes from `axis` on: Y = X̂·Scale + B
  LayerNormalization: {
    X: (context) => {
      refuseStatistics(context);
      return throughStandardized(context.g, layer(context), context.g.Mul(context.dY, context.Scale));
    },
    Scale: (context) => context.g.Mul(context.dY, layer(context).normalized),
    B: ({ dY }) => dY,
  },
  LRN: { X: responseGradient },
  // over the axes behind the channels: output = X̂·scale + B
  InstanceNormalization: {
    input: (context) => {
      const { g, scale, dOutput } = context;
      return throughStandardized(g, instance(context), g.Mul(dOutput, alongChannels(g, scale, dOutput)));
    },
    scale: (context) => sumToChannels(context.g, context.g.Mul(context.dOutput, instance(context).normalized)),
    B: ({ g, dOutput }) => sumToChannels(g, dOutput),
  },
  // over the channels of a group and the axes behind them: Y = X̂·scale + bias
  GroupNormalization: {
    X: (context) => {
      const { g, X, scale, dY } = context;
      const { groups } = context.once("groups", () => grouped(context));
      const dNormalized = inGroups(context, g.Mul(dY, alongChannels(g, scale, dY)));
      return reshapeLike(g, throughStandardized(g, groups, dNormalized), X);
    },
    scale: (context) => {
      const { normalized } = context.once("groups", () => grouped(context));
      return sumToChannels(context.g, context.g.Mul(context.dY, normalized));
    },
    bias: ({ g, dY }) => sumToChannels(g, dY),
  },
} satisfies Partial<GradientRules>;

/** Of X's gradient alone: Mean and InvStdDev do not depend on Scale and B. */
function refuseStatistics({ node, dMean, dInvStdDev }: GradientContext<"LayerNormalization">): void {
  if (!dMean && !dInvStdDev) return;
  throw new NoGradient(node, "a gradient by way of its outputs Mean and InvStdDev is not handled");
}

function layer({ g, X, attributes, once }: GradientContext<"LayerNormalization">): Standardized {
  return once("standardized", () => {
    const rank = shapeOf(X).length;
    const first = attributes.axis < 0 ? attributes.axis + rank : attributes.axis;
    return standardized(g, X, range(rank).slice(first), attributes.epsilon);
  });
}

const instance = ({ g, input, attributes, once }: GradientContext<"InstanceNormalization">): Standardized =>
  once("standardized", () => standardized(g, input, range(shapeOf(input).length).slice(2), attributes.epsilon));

/** X̂ as [N, groups, values of a group], and in the shape of X. */
function grouped(context: GradientContext<"GroupNormalization">) {
  const { g, X, attributes } = context;
  const groups = standardized(g, inGroups(context, X), [2], attributes.epsilon);
  return { groups, normalized: reshapeLike(g, groups.normalized, X) };
}

const inGroups = ({ g, attributes }: GradientContext<"GroupNormalization">, value: Value): Value =>
  g.Reshape(value, g.ints([0, attributes.num_groups ?? 1, -1]));

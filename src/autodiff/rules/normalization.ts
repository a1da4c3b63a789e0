import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range, scalar, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, missing } from "../rule.ts";
import { responseGradient } from "./local-response.ts";

/** Batch normalization with running statistics: Y = X̂·scale + B, X̂ = (X − mean)·r, r = 1/√(var + epsilon). */
export const normalizationRules = {
  BatchNormalization: {
    X: (context) => {
      const { g, scale, dY } = context;
      return g.Mul(dY, alongChannels(g, g.Mul(scale, inverseDeviation(context)), dY));
    },
    // Σ dY·X̂ = r·Σ dY·(X − mean); the mean is taken off first, or else digits cancel
    scale: (context) => {
      const { g, X, input_mean, dY } = context;
      const centred = g.Sub(X, alongChannels(g, input_mean, X));
      return g.Mul(sumToChannels(g, g.Mul(dY, centred)), inverseDeviation(context));
    },
    B: (context) => {
      refuseBatchStatistics(context);
      return sumToChannels(context.g, context.dY);
    },
    input_mean: missing("running statistics are not trained"),
    input_var: missing("running statistics are not trained"),
  },
  // over the axes from `axis` on: Y = X̂·Scale + B
  LayerNormalization: {
    // dX = r·(dX̂ − mean(dX̂) − X̂·mean(dX̂·X̂)), dX̂ = dY·Scale
    X: (context) => {
      const { g, Scale, dY } = context;
      const { axes, normalized, inverse } = layerStatistics(context);
      const dNormalized = g.Mul(dY, Scale);
      const mean = (value: Value) => g.ReduceMean(value, g.ints(axes), { keepdims: 1 });
      const along = g.Mul(normalized, mean(g.Mul(dNormalized, normalized)));
      return g.Mul(inverse, g.Sub(g.Sub(dNormalized, mean(dNormalized)), along));
    },
    Scale: (context) => context.g.Mul(context.dY, layerStatistics(context).normalized),
    B: ({ dY }) => dY,
  },
  LRN: { X: responseGradient },
} satisfies Partial<GradientRules>;

function refuseBatchStatistics({ node, attributes }: GradientContext<"BatchNormalization">): void {
  if (attributes.training_mode === 0) return;
  throw new NoGradient(node, "batch normalization by the batch's own statistics (training_mode 1) is not handled");
}

/** 1/√(var + epsilon), [C]. */
function inverseDeviation(context: GradientContext<"BatchNormalization">): Value {
  refuseBatchStatistics(context);
  const { g, input_var, attributes, once } = context;
  return once("inverse deviation", () =>
    g.Reciprocal(g.Sqrt(g.Add(input_var, scalar(g, input_var, attributes.epsilon)))),
  );
}

/** A vector [C] as [C, 1, ..., 1], so that it broadcasts along the channels, axis 1, of `like`. */
function alongChannels(g: GraphBuilder, vector: Value, like: Value): Value {
  const trailing = shapeOf(like).length - 2;
  return trailing > 0 ? g.Unsqueeze(vector, g.ints(range(trailing).map((axis) => axis + 1))) : vector;
}

/** Σ over all axes but the channels: [C]. */
export function sumToChannels(g: GraphBuilder, X: Value): Value {
  const axes = range(shapeOf(X).length).filter((axis) => axis !== 1);
  return g.ReduceSum(X, g.ints(axes), { keepdims: 0 });
}

interface LayerStatistics {
  readonly axes: readonly number[];
  /** X̂, in the shape of X. */
  readonly normalized: Value;
  /** 1/√(var + epsilon), its normalized axes kept as 1. */
  readonly inverse: Value;
}

function layerStatistics(context: GradientContext<"LayerNormalization">): LayerStatistics {
  const { g, node, X, dMean, dInvStdDev, attributes, once } = context;
  if (dMean || dInvStdDev)
    throw new NoGradient(node, "a gradient by way of its outputs Mean and InvStdDev is not handled");
  return once("statistics", () => {
    const rank = shapeOf(X).length;
    const first = attributes.axis < 0 ? attributes.axis + rank : attributes.axis;
    const axes = range(rank).slice(first);
    const mean = (value: Value) => g.ReduceMean(value, g.ints(axes), { keepdims: 1 });
    const centred = g.Sub(X, mean(X));
    const variance = mean(g.Mul(centred, centred));
    const inverse = g.Reciprocal(g.Sqrt(g.Add(variance, scalar(g, X, attributes.epsilon))));
    return { axes, normalized: g.Mul(centred, inverse), inverse };
  });
}

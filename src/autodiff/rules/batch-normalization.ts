import type { Value } from "../../onnx/builder.ts";
import { countOf, scalar } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, missing } from "../rule.ts";
import { allButChannels, alongChannels, sumToChannels } from "./channels.ts";

type Context = GradientContext<"BatchNormalization">;

/**
 * Y = X̂·scale + B, X̂ = (X − mean)·r, r = 1/√(var + epsilon), per channel (axis 1): with the running statistics, which
 * are constants, or in training mode with those of the batch, population variance, through which gradients flow too.
 */
export const batchNormalization: GradientRules["BatchNormalization"] = {
  X: (context) => (context.attributes.training_mode === 0 ? throughConstants(context) : throughBatch(context)),
  // r·Σ dY·(X − mean); the mean is taken off first, or else digits cancel
  scale: (context) => context.g.Mul(sumOfProducts(context), inverseDeviation(context)),
  B: (context) => sumOfGradients(context),
  input_mean: missing("running statistics are not trained"),
  input_var: missing("running statistics are not trained"),
};

/** dX = dY·scale·r */
function throughConstants(context: Context): Value {
  const { g, scale, dY } = context;
  return g.Mul(dY, alongChannels(g, g.Mul(scale, inverseDeviation(context)), dY));
}

/**
 * dX = scale·r·(dY − ΣdY/m − (X − mean)·r²·Σ(dY·(X − mean))/m), m values per channel.
 *
 * @see Ioffe and Szegedy, Batch Normalization, 2015
 */
function throughBatch(context: Context): Value {
  const { g, node, X, scale, dY, dRunning_mean, dRunning_var } = context;
  if (dRunning_mean || dRunning_var) {
    throw new NoGradient(node, "a gradient by way of its outputs running_mean and running_var is not handled");
  }
  const inverse = inverseDeviation(context);
  const count = countOf(g, X, allButChannels(X));
  const mean = g.Div(sumOfGradients(context), count);
  const slope = g.Mul(g.Mul(inverse, inverse), g.Div(sumOfProducts(context), count));
  const along = g.Mul(centred(context), alongChannels(g, slope, X));
  const rest = g.Sub(g.Sub(dY, along), alongChannels(g, mean, X));
  return g.Mul(rest, alongChannels(g, g.Mul(scale, inverse), X));
}

interface Statistics {
  /** [C] */
  readonly mean: Value;
  /** [C] */
  readonly variance: Value;
}

/** What X was normalized by. */
function statistics(context: Context): Statistics {
  const { g, X, input_mean, input_var, running_mean, running_var, attributes, once } = context;
  if (attributes.training_mode === 0) return { mean: input_mean, variance: input_var };
  // With momentum 0 nothing of the old statistics is left in the new ones.
  if (attributes.momentum === 0 && running_mean && running_var) return { mean: running_mean, variance: running_var };
  return once("statistics", () => {
    const average = (value: Value) => g.ReduceMean(value, g.ints(allButChannels(X)), { keepdims: 0 });
    const mean = average(X);
    const distance = g.Sub(X, alongChannels(g, mean, X));
    return { mean, variance: average(g.Mul(distance, distance)) };
  });
}

/** X − mean, in the shape of X. */
function centred(context: Context): Value {
  const { g, X, once } = context;
  return once("centred", () => g.Sub(X, alongChannels(g, statistics(context).mean, X)));
}

/** 1/√(var + epsilon), [C]. */
function inverseDeviation(context: Context): Value {
  const { g, X, attributes, once } = context;
  return once("inverse deviation", () =>
    g.Reciprocal(g.Sqrt(g.Add(statistics(context).variance, scalar(g, X, attributes.epsilon)))),
  );
}

/** Σ dY, [C]. */
const sumOfGradients = ({ g, dY, once }: Context): Value => once("sum of gradients", () => sumToChannels(g, dY));

/** Σ dY·(X − mean), [C]. */
const sumOfProducts = (context: Context): Value =>
  context.once("sum of products", () => sumToChannels(context.g, context.g.Mul(context.dY, centred(context))));

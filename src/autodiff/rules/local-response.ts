import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { extentOf, reshapeLike, scalar } from "../extents.ts";
import type { GradientContext } from "../rule.ts";

/**
 * Y = X·D^(−beta), D = bias + alpha·(mean of X² over `size` neighbouring channels). So, with the same mean taken over
 * the channels in whose neighbourhood X is,
 * dX = dY·D^(−beta) − 2·alpha·beta·X·mean(dY·X·D^(−beta−1)) = dY·S − 2·alpha·beta·X·mean(dY·Y/D), S = D^(−beta).
 */
export function responseGradient({ g, X, Y, dY, attributes }: GradientContext<"LRN">): Value {
  const { alpha, beta, bias, size = 1 } = attributes;
  const before = Math.floor((size - 1) / 2);
  const after = size - 1 - before;
  const squares = overChannels(g, g.Mul(X, X), before, after);
  const D = g.Add(g.Mul(squares, scalar(g, X, alpha)), scalar(g, X, bias));
  const direct = g.Mul(dY, g.Pow(D, scalar(g, X, -beta)));
  const around = overChannels(g, g.Div(g.Mul(dY, Y), D), after, before);
  return g.Sub(direct, g.Mul(g.Mul(X, around), scalar(g, X, 2 * alpha * beta)));
}

/** The sum over `before` channels in front to `after` behind, divided by their number, those that do not exist included. */
function overChannels(g: GraphBuilder, X: Value, before: number, after: number): Value {
  const planes = g.Reshape(X, g.ints([0, 1, extentOf(X, 1), -1]));
  const kernel_shape = [before + 1 + after, 1];
  return reshapeLike(g, g.AveragePool(planes, { kernel_shape, pads: [before, 0, after, 0], count_include_pad: 1 }), X);
}

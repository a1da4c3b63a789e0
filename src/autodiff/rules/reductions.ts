import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Node } from "../../onnx/graph.ts";
import { asNumbers, countOf, expandLike, numbersIn, positiveAxes, range, scalar, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientRules, none } from "../rule.ts";

interface Reduction {
  readonly g: GraphBuilder;
  readonly node: Node;
  readonly data: Value;
  readonly axes: Value | undefined;
  readonly attributes: { readonly keepdims: number; readonly noop_with_empty_axes: number };
}

export const reductionRules = {
  ReduceSum: {
    data: (context) => expandLike(context.g, kept(context, context.dReduced), context.data),
    axes: none,
  },
  ReduceMean: {
    data: (context) => {
      const { g, data, dReduced } = context;
      return expandLike(g, g.Div(kept(context, dReduced), countOf(g, data, axesOf(context))), data);
    },
    axes: none,
  },
  // the extremes share the gradient, as in PyTorch's amax
  ReduceMax: {
    data: (context) => {
      const { g, data, reduced, dReduced } = context;
      const hits = asNumbers(g, g.Equal(data, kept(context, reduced)), data);
      const axes = axesOf(context);
      const ties = axes.length === 0 ? hits : g.ReduceSum(hits, g.ints(axes), { keepdims: 1 });
      return g.Mul(hits, g.Div(kept(context, dReduced), ties));
    },
    axes: none,
  },
  ReduceSumSquare: {
    data: (context) => {
      const { g, data, dReduced } = context;
      return g.Mul(g.Mul(data, scalar(g, data, 2)), kept(context, dReduced));
    },
    axes: none,
  },
  ArgMax: { data: none },
} satisfies Partial<GradientRules>;

/** The axes that are reduced, counted from the front: all of them where none are given. */
function axesOf({ node, data, axes, attributes }: Reduction): readonly number[] {
  const rank = shapeOf(data).length;
  const given = axes ? numbersIn(axes) : [];
  if (!given) throw new NoGradient(node, "its axes are computed while the graph runs");
  if (given.length === 0) return attributes.noop_with_empty_axes ? [] : range(rank);
  return positiveAxes(given, rank);
}

/** A reduced value with its reduced axes kept as 1, so that it broadcasts against data. */
function kept(reduction: Reduction, value: Value): Value {
  const { g, attributes } = reduction;
  const axes = axesOf(reduction);
  return attributes.keepdims || axes.length === 0 ? value : g.Unsqueeze(value, g.ints(axes));
}

import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Node } from "../../onnx/graph.ts";
import { asNumbers, countOf, expandLike, numbersIn, positiveAxes, range, scalar, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";

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
  ReduceMax: { data: sharedByExtremes, axes: none },
  ReduceMin: { data: sharedByExtremes, axes: none },
  ReduceProd: { data: productOfOthers, axes: none },
  // 0 at data = 0
  ReduceL1: {
    data: (context) => context.g.Mul(context.g.Sign(context.data), kept(context, context.dReduced)),
    axes: none,
  },
  // data/‖data‖, and 0 where all of it is 0 (PyTorch)
  ReduceL2: {
    data: (context) => {
      const { g, data, reduced, dReduced } = context;
      const isZero = g.Equal(reduced, scalar(g, reduced, 0));
      const norm = g.Where(isZero, scalar(g, reduced, 1), reduced);
      return g.Mul(data, kept(context, g.Div(dReduced, norm)));
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
  // 1/Σ data, which is exp(−reduced)
  ReduceLogSum: {
    data: (context) => {
      const { g, data, reduced, dReduced } = context;
      return expandLike(g, kept(context, g.Div(dReduced, g.Exp(reduced))), data);
    },
    axes: none,
  },
  // the softmax, exp(data − reduced)
  ReduceLogSumExp: {
    data: (context) => {
      const { g, data, reduced, dReduced } = context;
      return g.Mul(g.Exp(g.Sub(data, kept(context, reduced))), kept(context, dReduced));
    },
    axes: none,
  },
  ArgMax: { data: none },
  // every sum that an element went into, which lie on its other side
  CumSum: {
    x: ({ g, axis, dY, attributes: { exclusive, reverse } }) =>
      g.CumSum(dY, axis, { exclusive, reverse: reverse ? 0 : 1 }),
    axis: none,
  },
} satisfies Partial<GradientRules>;

/** The extremes share the gradient, as in PyTorch's amax and amin. */
function sharedByExtremes(context: GradientContext<"ReduceMax" | "ReduceMin">): Value {
  const { g, data, reduced, dReduced } = context;
  const hits = asNumbers(g, g.Equal(data, kept(context, reduced)), data);
  return g.Mul(hits, g.Div(kept(context, dReduced), sumOf(context, hits)));
}

/** The product of all the other elements; where some are 0, without dividing by them. */
function productOfOthers(context: GradientContext<"ReduceProd">): Value {
  const { g, data, dReduced } = context;
  const isZero = g.Equal(data, scalar(g, data, 0));
  const nonzero = g.Where(isZero, scalar(g, data, 1), data);
  const axes = axesOf(context);
  const product = axes.length === 0 ? nonzero : g.ReduceProd(nonzero, g.ints(axes), { keepdims: 1 });
  const zeros = asNumbers(g, isZero, data);
  const otherZeros = g.Sub(sumOf(context, zeros), zeros);
  const others = g.Mul(g.Div(product, nonzero), asNumbers(g, g.Equal(otherZeros, scalar(g, data, 0)), data));
  return g.Mul(kept(context, dReduced), others);
}

/** Σ over the reduced axes, which are kept as 1. */
function sumOf(reduction: Reduction, value: Value): Value {
  const axes = axesOf(reduction);
  return axes.length === 0 ? value : reduction.g.ReduceSum(value, reduction.g.ints(axes), { keepdims: 1 });
}

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

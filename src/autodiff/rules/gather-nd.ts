import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { expandLike, range, scalar, shapeOf, zerosLike } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";

/** Ops that pick and place by several coordinates; what was picked several times gets the sum. */
export const gatherNdRules = {
  GatherND: {
    data: ({ g, data, indices, dOutput, attributes: { batch_dims } }) =>
      g.ScatterND(zerosLike(g, data), fullIndices(g, data, indices, batch_dims), dOutput, { reduction: "add" }),
    indices: none,
  },
  ScatterND: {
    data: (context) => {
      const { g, indices, updates, dOutput } = context;
      return isSum(context) ? dOutput : g.ScatterND(dOutput, indices, zerosLike(g, updates));
    },
    indices: none,
    updates: (context) => {
      isSum(context);
      return context.g.GatherND(context.dOutput, context.indices);
    },
  },
} satisfies Partial<GradientRules>;

/** @throws {NoGradient} where updates are combined otherwise than by a sum or by taking the place */
function isSum({ node, attributes: { reduction } }: GradientContext<"ScatterND">): boolean {
  if (reduction === "add" || reduction === "none") return reduction === "add";
  throw new NoGradient(node, `the reduction "${reduction}" is not handled`);
}

/** The coordinates with those of the batch axes in front, which ScatterND does not count by itself. */
function fullIndices(g: GraphBuilder, data: Value, indices: Value, batchDims: number): Value {
  if (batchDims === 0) return indices;
  const rank = shapeOf(indices).length;
  const one = g.Slice(indices, g.ints([0]), g.ints([1]), g.ints([rank - 1]));
  const batch = range(batchDims).map((axis) => {
    const extent = g.Squeeze(g.Shape(data, { start: axis, end: axis + 1 }), g.ints([0]));
    const count = g.Range(scalar(g, indices, 0), extent, g.ints([1], []));
    const shape = range(rank).map((at) => (at === axis ? -1 : 1));
    return expandLike(g, g.Reshape(count, g.ints(shape)), one);
  });
  return g.Concat(...batch, indices, { axis: rank - 1 });
}

import { isStatic, sizeOf } from "../../base/shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { expandLike, positiveAxes, shapeOf, zerosLike } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";

/** Ops that pick elements by index; what was picked several times gets the sum. */
export const gatherRules = {
  Gather: { data: gatherGradient, indices: none },
  GatherElements: {
    data: ({ g, data, indices, dOutput, attributes: { axis } }) =>
      g.ScatterElements(zerosLike(g, data), indices, dOutput, { axis, reduction: "add" }),
    indices: none,
  },
  ScatterElements: {
    data: ({ g, node, indices, updates, dOutput, attributes: { axis, reduction } }) => {
      if (reduction === "add") return dOutput;
      if (reduction !== "none") throw new NoGradient(node, `the reduction "${reduction}" is not handled`);
      return g.ScatterElements(dOutput, indices, zerosLike(g, updates), { axis });
    },
    indices: none,
    updates: ({ g, node, indices, dOutput, attributes: { axis, reduction } }) => {
      if (reduction === "none" || reduction === "add") return g.GatherElements(dOutput, indices, { axis });
      throw new NoGradient(node, `the reduction "${reduction}" is not handled`);
    },
  },
  TopK: {
    X: ({ g, X, Indices, dValues, attributes: { axis } }) =>
      g.ScatterElements(zerosLike(g, X), Indices, dValues, { axis }),
    K: none,
  },
} satisfies Partial<GradientRules>;

/** The output has the axes of `indices` in the place of `axis`; here they become one axis, then scatter. */
function gatherGradient({ g, data, indices, dOutput, attributes }: GradientContext<"Gather">): Value {
  const [axis = 0] = positiveAxes([attributes.axis], shapeOf(data).length);
  const flat = shapeOf(indices).length === 1;
  const list = flat ? indices : g.Reshape(indices, g.ints([-1]));
  const rows = flat ? dOutput : g.Reshape(dOutput, rowsShape(g, data, indices, axis));
  return scatterAlong(g, zerosLike(g, data), list, rows, axis);
}

/** The shape of `data` with one entry along `axis` for each index. */
function rowsShape(g: GraphBuilder, data: Value, indices: Value, axis: number): Value {
  const counts = shapeOf(indices);
  const count = isStatic(counts) ? sizeOf(counts) : "K";
  const shape = shapeOf(data).map((extent, at) => (at === axis ? count : extent));
  if (shape.filter((extent) => typeof extent === "string").length <= 1) {
    return g.ints(shape.map((extent) => (typeof extent === "string" ? -1 : extent)));
  }
  const [before, after] = [g.Shape(data, { start: 0, end: axis }), g.Shape(data, { start: axis + 1 })];
  return g.Concat(before, g.ints([-1]), after, { axis: 0 });
}

/**
 * Adds `rows` into `base`, at the places along `axis` that a vector of indices names.
 *
 * @param rows the shape of `base`, but along `axis` one entry for each index
 */
export function scatterAlong(g: GraphBuilder, base: Value, indices: Value, rows: Value, axis: number): Value {
  const shape = shapeOf(rows).map((_, at) => (at === axis ? -1 : 1));
  const everywhere = expandLike(g, g.Reshape(indices, g.ints(shape)), rows);
  return g.ScatterElements(base, everywhere, rows, { axis, reduction: "add" });
}

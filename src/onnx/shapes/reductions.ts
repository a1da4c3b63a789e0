import { type Inferred, type Known, lengthOf, like, numbersKnown, type PartialShape, shaped } from "./known.ts";
import { axesOf, axisOf, type ShapeRules } from "./rule.ts";

interface Reduction {
  readonly data: Known;
  readonly axes: Known | undefined;
  readonly attributes: { readonly keepdims: number; readonly noop_with_empty_axes: number };
}

const reduction = (context: Reduction) => [reduced(context)] as const;

/** Reductions over axes: those become 1, or go away without keepdims. */
export const reductionRules = {
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReduceMax: reduction,
  ReduceSumSquare: reduction,
  ArgMax: ({ data: { shape }, attributes: { axis, keepdims } }) => [
    shaped("int64", shape && without(shape, [axisOf(axis, shape.length)], keepdims)),
  ],
} satisfies Partial<ShapeRules>;

function reduced({ data, axes, attributes: { keepdims, noop_with_empty_axes } }: Reduction): Inferred {
  const { dtype, shape } = data;
  const given = axes ? numbersKnown(axes) : [];
  if (given?.length === 0 && noop_with_empty_axes) return like(data);
  if (!shape) return shaped(dtype, undefined);
  if (given) return shaped(dtype, without(shape, given.length > 0 ? given : shape.map((_, axis) => axis), keepdims));
  const count = lengthOf(axes);
  const rank = keepdims ? shape.length : count && shape.length - count;
  return shaped(dtype, rank === undefined ? undefined : new Array<undefined>(Math.max(rank, 0)).fill(undefined));
}

function without(shape: PartialShape, axes: readonly number[], keepdims: number): PartialShape {
  const gone = new Set(axesOf(axes, shape.length));
  return keepdims ? shape.map((dim, axis) => (gone.has(axis) ? 1 : dim)) : shape.filter((_, axis) => !gone.has(axis));
}

import type { Dim } from "../../base/shape.ts";
import {
  counted,
  elementsOf,
  type Inferred,
  type Known,
  lengthOf,
  like,
  numbersKnown,
  type PartialShape,
  shaped,
} from "./known.ts";
import { largerDim, smallerDim } from "./order.ts";
import { axesOf, axisOf, type RuleContext, type ShapeRules } from "./rule.ts";
import { addDims, mulDims, subDims } from "./symbolic.ts";

interface Reduction {
  readonly data: Known;
  readonly axes: Known | undefined;
  readonly attributes: { readonly keepdims: number; readonly noop_with_empty_axes: number };
}

/** Folds two elements into one; undefined where that depends on the names. */
type Fold = (a: Dim, b: Dim) => Dim | undefined;

const reduction = (context: Reduction) => [reduced(context)] as const;
const folding = (fold: Fold) => (context: Reduction) => [folded(context, fold)] as const;

/** Reductions over axes: those become 1, or go away without keepdims. */
export const reductionRules = {
  ReduceMean: reduction,
  ReduceSum: folding(addDims),
  ReduceMax: folding(largerDim),
  ReduceMin: folding(smallerDim),
  ReduceProd: folding(mulDims),
  ReduceL1: reduction,
  ReduceL2: reduction,
  ReduceSumSquare: reduction,
  ReduceLogSum: reduction,
  ReduceLogSumExp: reduction,
  ArgMax: ({ data: { shape }, attributes: { axis, keepdims } }) => [
    shaped("int64", shape && without(shape, [axisOf(axis, shape.length)], keepdims)),
  ],
  CumSum: (context) => [runningSum(context)],
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

/** With the number that is left, where all elements are known and fall together. */
function folded(context: Reduction, fold: Fold): Inferred {
  const made = reduced(context);
  const [first, ...rest] = elementsOf(context.data) ?? [];
  if (first === undefined || !made.shape?.every((dim) => dim === 1)) return made;
  const total = rest.reduce<Dim | undefined>((sum, next) => (sum === undefined ? undefined : fold(sum, next)), first);
  return total === undefined
    ? made
    : counted(
        made.dtype,
        made.shape.map(() => 1),
        [total],
      );
}

/** Of a vector also its numbers: the sum up to each element, or with `exclusive` up to the one before. */
function runningSum({ x, attributes: { exclusive, reverse } }: RuleContext<"CumSum">): Inferred {
  const elements = x.shape?.length === 1 ? elementsOf(x) : undefined;
  if (!elements || !x.shape) return like(x);
  const inOrder = reverse ? elements.toReversed() : elements;
  const sums: Dim[] = [];
  for (const element of inOrder) sums.push(addDims(sums.at(-1) ?? 0, element));
  const wanted = exclusive ? sums.map((sum, at) => subDims(sum, inOrder[at] ?? 0)) : sums;
  return counted(x.dtype, x.shape, reverse ? wanted.toReversed() : wanted);
}

function without(shape: PartialShape, axes: readonly number[], keepdims: number): PartialShape {
  const gone = new Set(axesOf(axes, shape.length));
  return keepdims ? shape.map((dim, axis) => (gone.has(axis) ? 1 : dim)) : shape.filter((_, axis) => !gone.has(axis));
}

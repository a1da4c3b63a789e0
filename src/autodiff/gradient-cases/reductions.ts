import type { Value } from "../../onnx/builder.ts";
import {
  awayFrom,
  type CaseBuilder,
  type GradientCase,
  type GradientCases,
  notDifferentiable,
  onGrid,
  positive,
  type Sampler,
  uniform,
} from "./case.ts";

interface ReduceOptions {
  readonly keepdims?: number;
  readonly noop_with_empty_axes?: number;
}

type Reduce = (builder: CaseBuilder, data: Value, axes: Value | undefined, options: ReduceOptions) => Value;

function reductionsOf(reduce: Reduce, sampler?: Sampler) {
  const over =
    (axes: readonly number[] | undefined, options: ReduceOptions): GradientCase =>
    (builder) => [reduce(builder, builder.x("data", ["N", 3, 4], sampler), axes && builder.g.ints(axes), options)];
  return {
    "no axes": over(undefined, {}),
    "no axes, keepdims 0": over(undefined, { keepdims: 0 }),
    "empty axes": over([], { keepdims: 0 }),
    "axis 1": over([1], {}),
    "axis 1, keepdims 0": over([1], { keepdims: 0 }),
    "the batch": over([0], { keepdims: 0 }),
    "the batch and another": over([0, 2], {}),
    "negative axes": over([-1, -2], {}),
    "negative axes, keepdims 0": over([-2], { keepdims: 0 }),
    noop_with_empty_axes: over(undefined, { noop_with_empty_axes: 1 }),
  } satisfies Readonly<Record<string, GradientCase>>;
}

/** Zeros here and there: no gradient may divide by an element. */
const withZeros =
  (...positions: readonly number[]): Sampler =>
  (random, size) =>
    Array.from({ length: size }, (_, at) => (positions.includes(at) ? 0 : random.uniform(0.4, 2)));

export const reductions: GradientCases<
  | "ReduceMean"
  | "ReduceSum"
  | "ReduceMax"
  | "ReduceMin"
  | "ReduceProd"
  | "ReduceL1"
  | "ReduceL2"
  | "ReduceSumSquare"
  | "ReduceLogSum"
  | "ReduceLogSumExp"
  | "ArgMax"
  | "CumSum"
> = {
  ReduceMean: reductionsOf(({ g }, data, axes, options) => g.ReduceMean(data, axes, options)),
  ReduceSum: reductionsOf(({ g }, data, axes, options) => g.ReduceSum(data, axes, options)),
  ReduceMax: {
    ...reductionsOf(({ g }, data, axes, options) => g.ReduceMax(data, axes, options), onGrid()),
    // where two elements are the largest, central differences give each of them one half
    "two largest": ({ g, x }) => [
      g.ReduceMax(
        x("data", [5], () => [1, 3, 2, 3, -1]),
        g.ints([0]),
      ),
    ],
  },
  ReduceMin: {
    ...reductionsOf(({ g }, data, axes, options) => g.ReduceMin(data, axes, options), onGrid()),
    "two smallest": ({ g, x }) => [
      g.ReduceMin(
        x("data", [5], () => [-1, 3, 2, 3, -1]),
        g.ints([0]),
      ),
    ],
  },
  ReduceProd: {
    ...reductionsOf(({ g }, data, axes, options) => g.ReduceProd(data, axes, options), uniform(0.6, 1.6)),
    "negative elements": ({ g, x }) => [g.ReduceProd(x("data", ["N", 4]), g.ints([1]))],
    "one element is 0": ({ g, x }) => [g.ReduceProd(x("data", ["N", 3], withZeros(1)), g.ints([1]))],
    "two elements are 0": ({ g, x }) => [g.ReduceProd(x("data", ["N", 3], withZeros(1, 2)), g.ints([-1]))],
    "an element by itself is 0": ({ g, x }) => [
      g.ReduceProd(x("data", ["N", 3], withZeros(1)), undefined, { noop_with_empty_axes: 1 }),
    ],
  },
  ReduceL1: reductionsOf(({ g }, data, axes, options) => g.ReduceL1(data, axes, options), awayFrom(0)),
  ReduceL2: reductionsOf(({ g }, data, axes, options) => g.ReduceL2(data, axes, options), awayFrom(0)),
  ReduceLogSum: reductionsOf(({ g }, data, axes, options) => g.ReduceLogSum(data, axes, options), positive),
  ReduceLogSumExp: {
    ...reductionsOf(({ g }, data, axes, options) => g.ReduceLogSumExp(data, axes, options)),
    "large elements": ({ g, x }) => [g.ReduceLogSumExp(x("data", ["N", 4], uniform(200, 203)), g.ints([1]))],
  },
  ReduceSumSquare: reductionsOf(({ g }, data, axes, options) => g.ReduceSumSquare(data, axes, options)),
  ArgMax: notDifferentiable,
  CumSum: {
    "axis 1": ({ g, x }) => [g.CumSum(x("x", ["N", 3, 2]), g.ints([1], []))],
    "exclusive, the last axis": ({ g, x }) => [g.CumSum(x("x", ["N", 4]), g.ints([-1], []), { exclusive: 1 })],
    reverse: ({ g, x }) => [g.CumSum(x("x", ["N", 4]), g.ints([1], []), { reverse: 1 })],
    "exclusive and reverse, the batch": ({ g, x }) => [
      g.CumSum(x("x", ["N", 4]), g.ints([0], []), { exclusive: 1, reverse: 1 }),
    ],
    "an axis that is computed": ({ g, x, indices }) => [g.CumSum(x("x", ["N", 3]), indices("axis", [1], []))],
  },
};

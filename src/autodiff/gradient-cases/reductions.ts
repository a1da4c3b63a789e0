import type { Value } from "../../onnx/builder.ts";
import {
  type CaseBuilder,
  type GradientCase,
  type GradientCases,
  notDifferentiable,
  onGrid,
  type Sampler,
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

export const reductions: GradientCases<"ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceSumSquare" | "ArgMax"> = {
  ReduceMean: reductionsOf(({ g }, data, axes, options) => g.ReduceMean(data, axes, options)),
  ReduceSum: reductionsOf(({ g }, data, axes, options) => g.ReduceSum(data, axes, options)),
  ReduceMax: reductionsOf(({ g }, data, axes, options) => g.ReduceMax(data, axes, options), onGrid()),
  ReduceSumSquare: reductionsOf(({ g }, data, axes, options) => g.ReduceSumSquare(data, axes, options)),
  ArgMax: notDifferentiable,
};

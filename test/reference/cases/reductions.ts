import type { Value } from "../../../src/onnx/builder.ts";
import type { Case, CaseBuilder, Cases } from "./case.ts";

type Reduce = (
  builder: CaseBuilder,
  data: Value,
  axes: Value | undefined,
  attributes: { readonly keepdims?: number; readonly noop_with_empty_axes?: number },
) => Value;

const reductionsOf = (reduce: Reduce): Readonly<Record<string, Case>> => ({
  "no axes": (builder) => [reduce(builder, builder.float([2, 3, 4]), undefined, {})],
  "no axes, keepdims 0": (builder) => [reduce(builder, builder.float([2, 3, 4]), undefined, { keepdims: 0 })],
  "some axes": (builder) => [reduce(builder, builder.float([2, 3, 4]), builder.g.ints([0, 2]), {})],
  "a negative axis, keepdims 0": (builder) => [
    reduce(builder, builder.float([2, 3, 4]), builder.g.ints([-2]), { keepdims: 0 }),
  ],
});

export const reductions: Cases<"ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceSumSquare" | "ArgMax"> = {
  ReduceMean: reductionsOf(({ g }, data, axes, attributes) => g.ReduceMean(data, axes, attributes)),
  ReduceSum: {
    ...reductionsOf(({ g }, data, axes, attributes) => g.ReduceSum(data, axes, attributes)),
    noop_with_empty_axes: ({ g, float }) => [g.ReduceSum(float([2, 3]), undefined, { noop_with_empty_axes: 1 })],
    int64: ({ g, ints }) => [g.ReduceSum(ints([1, 2, 3, 4], [2, 2]), g.ints([1]))],
  },
  ReduceMax: reductionsOf(({ g }, data, axes, attributes) => g.ReduceMax(data, axes, attributes)),
  ReduceSumSquare: reductionsOf(({ g }, data, axes, attributes) => g.ReduceSumSquare(data, axes, attributes)),
  ArgMax: {
    "axis 1": ({ g, float }) => [g.ArgMax(float([2, 3, 4]), { axis: 1 })],
    "last axis, keepdims 0": ({ g, float }) => [g.ArgMax(float([2, 3, 4]), { axis: -1, keepdims: 0 })],
    "of equals, the first": ({ g, floats }) => [g.ArgMax(floats([1, 3, 3, 2]))],
    "of equals, the last": ({ g, floats }) => [g.ArgMax(floats([1, 3, 3, 2]), { select_last_index: 1 })],
  },
};

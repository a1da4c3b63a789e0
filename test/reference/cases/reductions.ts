import type { Value } from "../../../src/onnx/builder.ts";
import type { Case, CaseBuilder, Cases } from "./case.ts";

type Reduce = (
  builder: CaseBuilder,
  data: Value,
  axes: Value | undefined,
  attributes: { readonly keepdims?: number; readonly noop_with_empty_axes?: number },
) => Value;

/** @param min the least of the elements; logarithms need them positive */
const reductionsOf = (reduce: Reduce, min = -2): Readonly<Record<string, Case>> => {
  const over =
    (axes: readonly number[] | undefined, attributes: Parameters<Reduce>[3]): Case =>
    (builder) => [reduce(builder, builder.float([2, 3, 4], min), axes && builder.g.ints(axes), attributes)];
  return {
    "no axes": over(undefined, {}),
    "no axes, keepdims 0": over(undefined, { keepdims: 0 }),
    "some axes": over([0, 2], {}),
    "a negative axis, keepdims 0": over([-2], { keepdims: 0 }),
    "noop_with_empty_axes: each element for itself": over(undefined, { noop_with_empty_axes: 1 }),
  };
};

export const reductions: Cases<
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
  ReduceMean: reductionsOf(({ g }, data, axes, attributes) => g.ReduceMean(data, axes, attributes)),
  ReduceSum: {
    ...reductionsOf(({ g }, data, axes, attributes) => g.ReduceSum(data, axes, attributes)),
    int64: ({ g, ints }) => [g.ReduceSum(ints([1, 2, 3, 4], [2, 2]), g.ints([1]))],
  },
  ReduceMax: reductionsOf(({ g }, data, axes, attributes) => g.ReduceMax(data, axes, attributes)),
  ReduceMin: {
    ...reductionsOf(({ g }, data, axes, attributes) => g.ReduceMin(data, axes, attributes)),
    int64: ({ g, ints }) => [g.ReduceMin(ints([1, 2, 4, 3], [2, 2]), g.ints([1]))],
  },
  ReduceProd: {
    ...reductionsOf(({ g }, data, axes, attributes) => g.ReduceProd(data, axes, attributes)),
    int64: ({ g, ints }) => [g.ReduceProd(ints([1, 2, 4, 3], [2, 2]), g.ints([1]))],
  },
  ReduceL1: reductionsOf(({ g }, data, axes, attributes) => g.ReduceL1(data, axes, attributes)),
  ReduceL2: reductionsOf(({ g }, data, axes, attributes) => g.ReduceL2(data, axes, attributes)),
  ReduceLogSum: reductionsOf(({ g }, data, axes, attributes) => g.ReduceLogSum(data, axes, attributes), 0.2),
  ReduceLogSumExp: reductionsOf(({ g }, data, axes, attributes) => g.ReduceLogSumExp(data, axes, attributes)),
  ReduceSumSquare: reductionsOf(({ g }, data, axes, attributes) => g.ReduceSumSquare(data, axes, attributes)),
  ArgMax: {
    "axis 1": ({ g, float }) => [g.ArgMax(float([2, 3, 4]), { axis: 1 })],
    "last axis, keepdims 0": ({ g, float }) => [g.ArgMax(float([2, 3, 4]), { axis: -1, keepdims: 0 })],
    "of equals, the first": ({ g, floats }) => [g.ArgMax(floats([1, 3, 3, 2]))],
    "of equals, the last": ({ g, floats }) => [g.ArgMax(floats([1, 3, 3, 2]), { select_last_index: 1 })],
  },
  CumSum: {
    "axis 1": ({ g, float }) => [g.CumSum(float([2, 3, 4]), g.ints([1], []))],
    "exclusive, the last axis": ({ g, float }) => [g.CumSum(float([2, 4]), g.ints([-1], []), { exclusive: 1 })],
    reverse: ({ g, float }) => [g.CumSum(float([2, 4]), g.ints([1], []), { reverse: 1 })],
    "exclusive and reverse": ({ g, float }) => [g.CumSum(float([4, 2]), g.ints([0], []), { exclusive: 1, reverse: 1 })],
    int64: ({ g, ints }) => [g.CumSum(ints([1, 2, 3]), g.ints([0], []))],
  },
};

import type { Value } from "../../../src/onnx/builder.ts";
import type { Case, CaseBuilder, Cases } from "./case.ts";

/** Less, equal and more, with floats that broadcast and with int64. */
const comparisons = (
  compare: (builder: CaseBuilder, A: Value, B: Value) => Value,
): Readonly<Record<"floats" | "int64", Case>> => ({
  floats: (builder) => [compare(builder, builder.floats([1, 2, 3, 2, 2, 5], [2, 3]), builder.floats([2, 2, 3]))],
  int64: (builder) => [compare(builder, builder.ints([1, 2, 3]), builder.ints([2]))],
});

export const comparison: Cases<
  "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "And" | "Or" | "Not" | "Where"
> = {
  Equal: comparisons(({ g }, A, B) => g.Equal(A, B)),
  Greater: comparisons(({ g }, A, B) => g.Greater(A, B)),
  GreaterOrEqual: comparisons(({ g }, A, B) => g.GreaterOrEqual(A, B)),
  Less: comparisons(({ g }, A, B) => g.Less(A, B)),
  LessOrEqual: comparisons(({ g }, A, B) => g.LessOrEqual(A, B)),
  And: { table: ({ g, bools }) => [g.And(bools([true, false], [2, 1]), bools([true, false]))] },
  Or: { table: ({ g, bools }) => [g.Or(bools([true, false], [2, 1]), bools([true, false]))] },
  Not: { table: ({ g, bools }) => [g.Not(bools([true, false]))] },
  Where: {
    "all three broadcast": ({ g, bools, float }) => [
      g.Where(bools([true, false, true], [3, 1]), float([2]), float([2, 1, 1])),
    ],
    int64: ({ g, bools, ints }) => [g.Where(bools([true, false]), ints([1, 2]), ints([3]))],
  },
};

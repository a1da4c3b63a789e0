import type { Value } from "../../../src/onnx/builder.ts";
import type { Case, CaseBuilder, Cases } from "./case.ts";

const odd = [0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Less, equal and more, with floats that broadcast and with int64. */
const comparisons = (
  compare: (builder: CaseBuilder, A: Value, B: Value) => Value,
): Readonly<Record<"floats" | "int64", Case>> => ({
  floats: (builder) => [compare(builder, builder.floats([1, 2, 3, 2, 2, 5], [2, 3]), builder.floats([2, 2, 3]))],
  int64: (builder) => [compare(builder, builder.ints([1, 2, 3]), builder.ints([2]))],
});

export const comparison: Cases<
  | "Equal"
  | "Greater"
  | "GreaterOrEqual"
  | "Less"
  | "LessOrEqual"
  | "And"
  | "Or"
  | "Xor"
  | "Not"
  | "IsNaN"
  | "IsInf"
  | "Where"
  | "Trilu"
> = {
  Equal: comparisons(({ g }, A, B) => g.Equal(A, B)),
  Greater: comparisons(({ g }, A, B) => g.Greater(A, B)),
  GreaterOrEqual: comparisons(({ g }, A, B) => g.GreaterOrEqual(A, B)),
  Less: comparisons(({ g }, A, B) => g.Less(A, B)),
  LessOrEqual: comparisons(({ g }, A, B) => g.LessOrEqual(A, B)),
  And: { table: ({ g, bools }) => [g.And(bools([true, false], [2, 1]), bools([true, false]))] },
  Or: { table: ({ g, bools }) => [g.Or(bools([true, false], [2, 1]), bools([true, false]))] },
  Xor: { table: ({ g, bools }) => [g.Xor(bools([true, false], [2, 1]), bools([true, false]))] },
  Not: { table: ({ g, bools }) => [g.Not(bools([true, false]))] },
  IsNaN: { odd: ({ g, floats }) => [g.IsNaN(floats(odd))] },
  IsInf: {
    both: ({ g, floats }) => [g.IsInf(floats(odd))],
    "only positive": ({ g, floats }) => [g.IsInf(floats(odd), { detect_negative: 0 })],
    "only negative": ({ g, floats }) => [g.IsInf(floats(odd), { detect_positive: 0 })],
  },
  Where: {
    "all three broadcast": ({ g, bools, float }) => [
      g.Where(bools([true, false, true], [3, 1]), float([2]), float([2, 1, 1])),
    ],
    int64: ({ g, bools, ints }) => [g.Where(bools([true, false]), ints([1, 2]), ints([3]))],
  },
  Trilu: {
    upper: ({ g, float }) => [g.Trilu(float([3, 4]))],
    lower: ({ g, float }) => [g.Trilu(float([4, 3]), { upper: 0 })],
    "a stack, above the diagonal": ({ g, float }) => [g.Trilu(float([2, 3, 3]), g.ints([1], []))],
    "below the diagonal": ({ g, float }) => [g.Trilu(float([2, 3, 3]), g.ints([-1], []), { upper: 0 })],
    int64: ({ g, ints }) => [g.Trilu(ints([1, 2, 3, 4], [2, 2]))],
  },
};

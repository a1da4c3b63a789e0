import { type GradientCases, notDifferentiable } from "./case.ts";

export const comparison: GradientCases<
  "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "And" | "Or" | "Not" | "Where"
> = {
  Equal: notDifferentiable,
  Greater: notDifferentiable,
  GreaterOrEqual: notDifferentiable,
  Less: notDifferentiable,
  LessOrEqual: notDifferentiable,
  And: notDifferentiable,
  Or: notDifferentiable,
  Not: notDifferentiable,
  Where: {
    "same shape": ({ g, x, mask }) => [
      g.Where(mask("condition", [true, false, false, true], [2, 2]), x("X", ["N", 2]), x("Y", ["N", 2])),
    ],
    "the condition broadcasts": ({ g, x, mask }) => [
      g.Where(mask("condition", [true, false, true]), x("X", ["N", 3]), x("Y", ["N", 3])),
    ],
    "X and Y broadcast": ({ g, x, mask }) => [
      g.Where(mask("condition", [true, false, true], [3, 1]), x("X", [2]), x("Y", ["N", 1, 1])),
    ],
    "a scalar Y": ({ g, x, mask }) => [g.Where(mask("condition", [true, false, true]), x("X", ["N", 3]), x("Y", []))],
  },
};

import { awayFrom, type GradientCases, notDifferentiable } from "./case.ts";

export const comparison: GradientCases<
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
  Equal: notDifferentiable,
  Greater: notDifferentiable,
  GreaterOrEqual: notDifferentiable,
  Less: notDifferentiable,
  LessOrEqual: notDifferentiable,
  And: notDifferentiable,
  Or: notDifferentiable,
  Xor: notDifferentiable,
  Not: notDifferentiable,
  IsNaN: notDifferentiable,
  IsInf: notDifferentiable,
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
    "a condition on what is chosen from": ({ g, x }) => {
      const X = x("X", ["N", 5], awayFrom(0));
      return [g.Where(g.Greater(X, g.float(0)), g.Mul(X, X), g.Exp(X))];
    },
    "one tensor on both sides": ({ g, x, mask }) => {
      const X = x("X", ["N", 3]);
      return [g.Where(mask("condition", [true, false, true]), X, g.Neg(X))];
    },
  },
  Trilu: {
    upper: ({ g, x }) => [g.Trilu(x("input", ["N", 3, 4]))],
    lower: ({ g, x }) => [g.Trilu(x("input", ["N", 4, 3]), { upper: 0 })],
    "above the diagonal": ({ g, x }) => [g.Trilu(x("input", ["N", 3, 3]), g.ints([1], []))],
    "below the diagonal": ({ g, x }) => [g.Trilu(x("input", ["N", 3, 3]), g.ints([-1], []), { upper: 0 })],
    "nothing left": ({ g, x }) => [g.Trilu(x("input", ["N", 2, 2]), g.ints([9], []))],
    "a k that is computed": ({ g, x, indices }) => [g.Trilu(x("input", ["N", 3, 3]), indices("k", [1], []))],
  },
};

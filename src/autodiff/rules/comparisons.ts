import { scalar } from "../extents.ts";
import { type GradientRules, none } from "../rule.ts";

const steps = { A: none, B: none } as const;

export const comparisonRules = {
  Equal: steps,
  Greater: steps,
  GreaterOrEqual: steps,
  Less: steps,
  LessOrEqual: steps,
  And: steps,
  Or: steps,
  Xor: steps,
  Not: { X: none },
  IsNaN: { X: none },
  IsInf: { X: none },
  Where: {
    condition: none,
    X: ({ g, condition, dOutput }) => g.Where(condition, dOutput, scalar(g, dOutput, 0)),
    Y: ({ g, condition, dOutput }) => g.Where(condition, scalar(g, dOutput, 0), dOutput),
  },
  // what is kept keeps its gradient
  Trilu: { input: ({ g, k, dOutput, attributes }) => g.Trilu(dOutput, k, attributes), k: none },
} satisfies Partial<GradientRules>;

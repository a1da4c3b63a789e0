import { type GradientRules, none } from "../rule.ts";

/** Ops whose output does not depend on the numbers of their inputs, or whose inputs are whole numbers. */
export const constantRules = {
  Shape: { data: none },
  Constant: {},
  ConstantOfShape: { input: none },
  Range: { start: none, limit: none, delta: none },
} satisfies Partial<GradientRules>;

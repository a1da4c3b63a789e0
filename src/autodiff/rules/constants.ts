import { type GradientRules, missing, none } from "../rule.ts";

/** Ops whose output does not depend on the numbers of their inputs, or whose inputs are whole numbers. */
export const constantRules = {
  Shape: { data: none },
  Size: { data: none },
  Constant: {},
  ConstantOfShape: { input: none },
  Range: { start: none, limit: none, delta: none },
  EyeLike: { input: none },
  OneHot: { indices: none, depth: none, values: missing("the two values that it writes are taken to be constant") },
  NonZero: { X: none },
} satisfies Partial<GradientRules>;

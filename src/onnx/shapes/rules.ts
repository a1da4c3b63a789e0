import { constantRules } from "./constants.ts";
import { elementwiseRules } from "./elementwise.ts";
import { layoutRules } from "./layout.ts";
import { movingRules } from "./moving.ts";
import { normalizationRules } from "./normalization.ts";
import { productRules } from "./products.ts";
import { reductionRules } from "./reductions.ts";
import type { ShapeRules } from "./rule.ts";
import { windowRules } from "./windows.ts";

/**
 * How each op makes the shapes of its outputs from those of its inputs.
 * @see https://github.com/onnx/onnx/blob/main/docs/Operators.md
 */
export const shapeRules: ShapeRules = {
  ...windowRules,
  ...productRules,
  ...normalizationRules,
  ...elementwiseRules,
  ...reductionRules,
  ...layoutRules,
  ...movingRules,
  ...constantRules,
};

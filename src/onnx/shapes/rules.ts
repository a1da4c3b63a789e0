import { blockRules } from "./blocks.ts";
import { constantRules } from "./constants.ts";
import { einsumRules } from "./einsum.ts";
import { elementwiseRules } from "./elementwise.ts";
import { indexingRules } from "./indexing.ts";
import { layoutRules } from "./layout.ts";
import { movingRules } from "./moving.ts";
import { normalizationRules } from "./normalization.ts";
import { productRules } from "./products.ts";
import { reductionRules } from "./reductions.ts";
import { resizeRules } from "./resize.ts";
import type { ShapeRules } from "./rule.ts";
import { windowRules } from "./windows.ts";

/**
 * How each op makes the shapes of its outputs from those of its inputs.
 * @see https://github.com/onnx/onnx/blob/main/docs/Operators.md
 */
export const shapeRules: ShapeRules = {
  ...windowRules,
  ...productRules,
  ...einsumRules,
  ...normalizationRules,
  ...elementwiseRules,
  ...reductionRules,
  ...layoutRules,
  ...movingRules,
  ...indexingRules,
  ...blockRules,
  ...resizeRules,
  ...constantRules,
};

import type { GradientRules } from "./rule.ts";
import { activationRules } from "./rules/activations.ts";
import { arithmeticRules } from "./rules/arithmetic.ts";
import { blockRules } from "./rules/blocks.ts";
import { comparisonRules } from "./rules/comparisons.ts";
import { constantRules } from "./rules/constants.ts";
import { convolutionRules } from "./rules/convolution.ts";
import { einsumRules } from "./rules/einsum.ts";
import { gatherRules } from "./rules/gather.ts";
import { gatherNdRules } from "./rules/gather-nd.ts";
import { joinRules } from "./rules/join.ts";
import { normalizationRules } from "./rules/normalization.ts";
import { padRules } from "./rules/pad.ts";
import { poolingRules } from "./rules/pooling.ts";
import { productRules } from "./rules/products.ts";
import { reductionRules } from "./rules/reductions.ts";
import { reshapeRules } from "./rules/reshape.ts";
import { resizeRules } from "./rules/resize.ts";
import { softmaxRules } from "./rules/softmax.ts";

/**
 * The gradient of every op by every input. Formulas use ONNX's names: for Y = f(X), dY is the gradient of the loss by Y.
 * Where a function has a kink, the gradient there is PyTorch's.
 */
export const gradientRules: GradientRules = {
  ...convolutionRules,
  ...productRules,
  ...einsumRules,
  ...normalizationRules,
  ...poolingRules,
  ...activationRules,
  ...softmaxRules,
  ...arithmeticRules,
  ...comparisonRules,
  ...reductionRules,
  ...joinRules,
  ...gatherRules,
  ...gatherNdRules,
  ...padRules,
  ...blockRules,
  ...resizeRules,
  ...reshapeRules,
  ...constantRules,
};

import type { GradientRules } from "./rule.ts";
import { activationRules } from "./rules/activations.ts";
import { arithmeticRules } from "./rules/arithmetic.ts";
import { comparisonRules } from "./rules/comparisons.ts";
import { constantRules } from "./rules/constants.ts";
import { convolutionRules } from "./rules/convolution.ts";
import { gatherRules } from "./rules/gather.ts";
import { joinRules } from "./rules/join.ts";
import { normalizationRules } from "./rules/normalization.ts";
import { poolingRules } from "./rules/pooling.ts";
import { productRules } from "./rules/products.ts";
import { reductionRules } from "./rules/reductions.ts";
import { reshapeRules } from "./rules/reshape.ts";
import { softmaxRules } from "./rules/softmax.ts";

/**
 * The gradient of every op by every input. Formulas use ONNX's names: for Y = f(X), dY is the gradient of the loss by Y.
 * Where a function has a kink, the gradient there is PyTorch's.
 */
export const gradientRules: GradientRules = {
  ...convolutionRules,
  ...productRules,
  ...normalizationRules,
  ...poolingRules,
  ...activationRules,
  ...softmaxRules,
  ...arithmeticRules,
  ...comparisonRules,
  ...reductionRules,
  ...joinRules,
  ...gatherRules,
  ...reshapeRules,
  ...constantRules,
};

import { activations } from "./activations.ts";
import { arithmetic } from "./arithmetic.ts";
import type { Cases } from "./case.ts";
import { comparison } from "./comparison.ts";
import { constants } from "./constants.ts";
import { convolution } from "./convolution.ts";
import { cropping } from "./cropping.ts";
import { joining } from "./joining.ts";
import { normalization } from "./normalization.ts";
import { pooling } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { reshaping } from "./reshaping.ts";

/** Every op, with the attributes that change what it computes. An op without a case does not compile. */
export const cases: Cases = {
  ...convolution,
  ...products,
  ...normalization,
  ...pooling,
  ...activations,
  ...arithmetic,
  ...comparison,
  ...reductions,
  ...joining,
  ...cropping,
  ...reshaping,
  ...constants,
};

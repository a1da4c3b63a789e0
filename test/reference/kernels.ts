import { activations } from "./activations.ts";
import { arithmetic } from "./arithmetic.ts";
import { comparison } from "./comparison.ts";
import { constants } from "./constants.ts";
import { convolution } from "./convolution.ts";
import { cropping } from "./cropping.ts";
import { joining } from "./joining.ts";
import type { Kernels } from "./kernel.ts";
import { normalization } from "./normalization.ts";
import { pooling } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { reshaping } from "./reshaping.ts";

/** What every op of Regraft computes, in float64. */
export const kernels: Kernels = {
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

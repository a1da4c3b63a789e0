import { activations } from "./activations.ts";
import { arithmetic } from "./arithmetic.ts";
import { blocks } from "./blocks.ts";
import { comparison } from "./comparison.ts";
import { constants } from "./constants.ts";
import { convolution } from "./convolution.ts";
import { cropping } from "./cropping.ts";
import { einsum } from "./einsum.ts";
import { indexing } from "./indexing.ts";
import { joining } from "./joining.ts";
import type { Kernels } from "./kernel.ts";
import { normalization } from "./normalization.ts";
import { pooling } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { reshaping } from "./reshaping.ts";
import { resampling } from "./resize.ts";

/** What every op of Regraft computes, in float64. */
export const kernels: Kernels = {
  ...convolution,
  ...products,
  ...einsum,
  ...normalization,
  ...pooling,
  ...activations,
  ...arithmetic,
  ...comparison,
  ...reductions,
  ...joining,
  ...indexing,
  ...blocks,
  ...resampling,
  ...cropping,
  ...reshaping,
  ...constants,
};

import { activations } from "./activations.ts";
import { arithmetic } from "./arithmetic.ts";
import { blocks } from "./blocks.ts";
import type { Cases } from "./case.ts";
import { comparison } from "./comparison.ts";
import { constants } from "./constants.ts";
import { convolution } from "./convolution.ts";
import { cropping } from "./cropping.ts";
import { einsums } from "./einsum.ts";
import { indexing } from "./indexing.ts";
import { joining } from "./joining.ts";
import { normalization } from "./normalization.ts";
import { pooling } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { reshaping } from "./reshaping.ts";
import { resizes } from "./resize.ts";

/** Every op, with the attributes that change what it computes. An op without a case does not compile. */
export const cases: Cases = {
  ...convolution,
  ...products,
  ...einsums,
  ...normalization,
  ...pooling,
  ...activations,
  ...arithmetic,
  ...comparison,
  ...reductions,
  ...joining,
  ...indexing,
  ...blocks,
  ...resizes,
  ...cropping,
  ...reshaping,
  ...constants,
};

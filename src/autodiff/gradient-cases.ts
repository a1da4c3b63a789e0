import { activations } from "./gradient-cases/activations.ts";
import { arithmetic } from "./gradient-cases/arithmetic.ts";
import { blocks } from "./gradient-cases/blocks.ts";
import { type GradientCases, notDifferentiable } from "./gradient-cases/case.ts";
import { comparison } from "./gradient-cases/comparison.ts";
import { convolution } from "./gradient-cases/convolution.ts";
import { cropping } from "./gradient-cases/cropping.ts";
import { einsums } from "./gradient-cases/einsum.ts";
import { indexing } from "./gradient-cases/indexing.ts";
import { joining } from "./gradient-cases/joining.ts";
import { normalization } from "./gradient-cases/normalization.ts";
import { pooling } from "./gradient-cases/pooling.ts";
import { products } from "./gradient-cases/products.ts";
import { reductions } from "./gradient-cases/reductions.ts";
import { reshaping } from "./gradient-cases/reshaping.ts";
import { resizes } from "./gradient-cases/resize.ts";

/** Every op: graphs on which its gradients are judged by central differences, or that it has none. */
export const gradientCases: GradientCases = {
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
  Shape: notDifferentiable,
  Size: notDifferentiable,
  Constant: notDifferentiable,
  ConstantOfShape: notDifferentiable,
  Range: notDifferentiable,
  EyeLike: notDifferentiable,
};

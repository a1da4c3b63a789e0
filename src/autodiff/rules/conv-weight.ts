import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { exchangedConv } from "./conv-exchanged.ts";
import type { Convolution, WeightGradient } from "./conv-geometry.ts";
import { perImage } from "./conv-per-image.ts";
import { oneProduct, stackedProducts } from "./conv-products.ts";
import { hasLanes } from "./lanes.ts";

/** Ways to the same dW; which one is fastest depends on the extents. */
const formulations = { stackedProducts, oneProduct, exchangedConv, perImage } satisfies Record<string, WeightGradient>;

interface Operands {
  readonly X: Value;
  readonly dY: Value;
  /** See `BackwardOptions.block`. */
  readonly block: number | undefined;
}

/** dW[co, ci, k] = Σ_n Σ_o dY[n, co, o] · X[n, ci, o·stride + k·dilation − before]. */
export const weightGradient = (g: GraphBuilder, conv: Convolution, { X, dY, block }: Operands): Value =>
  formulations[fastest(conv, X, block)](g, conv, X, dY);

/** With fewer channels than this a matrix product is too thin to run at speed. */
const THIN = 16;

/**
 * All formulations do the same multiplications, so memory traffic decides. Products need one group, and either stride 1
 * or a kernel of one pixel. A stack of them writes N matrices per pixel of the kernel; one product over all images
 * transposes X and dY instead.
 */
function fastest(conv: Convolution, { shape }: Value, block: number | undefined): keyof typeof formulations {
  const { group, inputs, outputs, axes } = conv;
  const images = shape?.[0];
  const isDepthwise = group > 1 && group === inputs && group === outputs;
  if (isDepthwise && typeof images === "number" && axes.every(({ after }) => after >= 0)) return "perImage";
  const pointwise = axes.every(({ kernel, before, after }) => kernel === 1 && before === 0 && after <= 0);
  if (!pointwise && block !== undefined && hasLanes(conv, { images, block })) return "exchangedConv";
  const shiftable = axes.every(({ stride }) => stride === 1) && Math.min(inputs, outputs) >= THIN;
  if (group !== 1 || !(pointwise || shiftable)) return "exchangedConv";
  const written = axes.reduce((product, { kernel }) => product * kernel, inputs * outputs);
  const transposed = axes.reduce((product, { output }) => product * output, inputs + outputs);
  return written > transposed ? "oneProduct" : "stackedProducts";
}

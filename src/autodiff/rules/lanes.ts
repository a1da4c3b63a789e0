import type { Dim } from "../../base/shape.ts";
import type { Convolution } from "./conv-geometry.ts";

export interface LanesOptions {
  readonly images: Dim | undefined;
  /** Numbers that a blocked tensor keeps together. */
  readonly block: number;
}

/**
 * Whether a convolution with batch and channels exchanged can have its images in the lanes of blocked tensors, where its
 * channels would be otherwise (`rewrite/blocked/image-lanes`): a kernel over all channels of pictures, outputs in whole
 * blocks, inputs too unless they are few, and images, or images times an even share of their rows, that fill lanes.
 */
export function fitsLanes({ group, inputs, outputs, axes }: Convolution, { images, block }: LanesOptions): boolean {
  const [rows] = axes;
  if (group !== 1 || axes.length !== 2 || !rows || typeof images !== "number") return false;
  if (axes.some(({ dilation }) => dilation !== 1)) return false;
  if (outputs % block !== 0 || (inputs >= block && inputs % block !== 0)) return false;
  return images % block === 0 || (block % images === 0 && rows.output % (block / images) === 0);
}

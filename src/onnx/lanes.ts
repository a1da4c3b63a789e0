/** The extents of a convolution over all channels: images, channels in and out, rows that come out. */
export interface LaneExtents {
  readonly images: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Of the output. */
  readonly rows: number;
}

/**
 * Whether the gradient of a kernel can have its images in the lanes of blocked tensors, where their channels would be
 * otherwise (`rewrite/blocked/image-lanes`): outputs in whole blocks, inputs too unless they are few, and images, or images
 * times even parts of their rows, that fill blocks.
 *
 * @param block numbers that a blocked tensor keeps together
 */
export function fitsLanes({ images, inputs, outputs, rows }: LaneExtents, block: number): boolean {
  if (outputs % block !== 0 || (inputs >= block && inputs % block !== 0)) return false;
  return images % block === 0 || (block % images === 0 && rows % (block / images) === 0);
}

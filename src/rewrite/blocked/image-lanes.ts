import { type KernelGradient, kernelGradient } from "./kernel-gradient.ts";
import { type Lanes, lanesOf, type PictureRows, pictureRows } from "./lanes.ts";
import { type BlockedLayout, NCHWC } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";
import { convAttributes } from "./window-attributes.ts";

/**
 * The gradient of a kernel, written as a convolution with batch and channels exchanged: Σ over images and pixels. Blocked
 * tensors hold b numbers of the axis that is summed over side by side, in lanes; here these are images (or even parts of the
 * rows of fewer images) instead of channels. Then nothing needs to be moved for each pixel of the kernel:
 *
 * - X lies as [Ci/b, rows, columns, b inputs, lanes], with its padding, and dY as the kernel [Co/b, rows, columns, lanes, b outputs]
 * - rows take the place of the channels that are summed over; for each row of the kernel there is a picture of those it meets
 * - columns are those of the kernel, b apart: inputs and columns of dW lie side by side in one row of output
 *
 * That makes convolutions with long rows of output, which run at full speed. Inputs that are fewer than b stay together.
 */
export const imageLanes: BlockedRule = (node, layout) => {
  const job = kernelGradient(node, layout);
  if (!job) return false;
  for (const done of job.behind) layout.take(done);
  const lanes = lanesOf(job, layout.block);
  const slopes = slopeKernel(job, lanes, layout);
  const rows = pictureRows(job, lanes, layout).map((X) => rowsOfKernel(X, slopes, { job, lanes, layout }));
  return inOrder(rows, { job, lanes, layout });
};

/** dY as a kernel [Co, channels, 1, Wo]: in memory [Co/b, blocks, rows, Wo, lanes, b outputs]. */
function slopeKernel(job: KernelGradient, { blocks, parts }: Lanes, layout: BlockedLayout): string {
  const { dY, images, outputs, rows, columns } = job;
  const { block } = layout;
  const [groups, height] = [outputs / block, rows.output / parts];
  const pixels = height * columns.output;
  const apart = layout.reshape(layout.blocked(dY), [images, groups, parts, pixels * block]);
  const split = parts === 1 ? apart : layout.transpose(apart, [0, 2, 1, 3]);
  const lanesLast = layout.intoBlocks(layout.reshape(split, [blocks, block, 1, groups * pixels * block]));
  const outputsLast = layout.intoBlocks(layout.reshape(lanesLast, [blocks * groups * pixels, block, 1, block]));
  const ordered = layout.exchangeFirst(outputsLast, [blocks, groups, pixels * block * block]);
  return layout.reshape(ordered, [outputs, rows.output * images, 1, columns.output]);
}

interface Work {
  readonly job: KernelGradient;
  readonly lanes: Lanes;
  readonly layout: BlockedLayout;
}

/** [groups, rows of the kernel, Co, kw · inputs] */
function rowsOfKernel({ X, count }: PictureRows, slopes: string, { job, lanes, layout }: Work): string {
  const { columns, outputs } = job;
  const dilations = [1, columns.stride * lanes.inputs];
  const attributes = convAttributes({ kernel: [1, columns.output], dilations });
  const made = layout.emit("Conv", [X, slopes], attributes, { domain: NCHWC });
  const extents = [lanes.groups, count, outputs, columns.kernel * lanes.inputs];
  return layout.reshape(layout.outOfBlocks(made, outputs), extents);
}

/** All rows of the kernel as dW [Co, Ci, kh, kw]. */
function inOrder(made: readonly string[], { job, lanes, layout }: Work): true {
  const { dW, outputs, rows, columns } = job;
  const [pixels, { groups, inputs }] = [rows.kernel * columns.kernel, lanes];
  const [first = ""] = made;
  const joined = made.length === 1 ? first : layout.emit("Concat", made, { axis: { kind: "int", value: 1 } });
  const pixelsFirst = layout.transpose(joined, [2, 0, 1, 3]);
  const inputsFirst =
    inputs === layout.block
      ? layout.outOfBlocks(layout.reshape(pixelsFirst, [outputs * groups, inputs, 1, pixels]), inputs)
      : layout.transpose(layout.reshape(pixelsFirst, [outputs * groups, pixels, inputs]), [0, 2, 1]);
  layout.emit("Reshape", [inputsFirst, layout.ints(layout.shape(dW) ?? [])], {}, { output: dW });
  return layout.definePlain(dW);
}

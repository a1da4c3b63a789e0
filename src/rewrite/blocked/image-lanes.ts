import { type KernelGradient, kernelGradient } from "./kernel-gradient.ts";
import { type Lanes, lanesOf, pictureRows } from "./lanes.ts";
import { type BlockedLayout, NCHWC } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";

/**
 * The gradient of a kernel, written as a convolution with batch and channels exchanged: Σ over images and pixels. Blocked
 * tensors hold b numbers of the axis that is summed over side by side, in lanes; here these are images (or even parts of the
 * rows of fewer images) instead of channels. Then nothing needs to be moved for each pixel of the kernel:
 *
 * - X lies as [Ci/b, rows, columns, b inputs, lanes], with its padding, and dY as the kernel [Co/b, rows, columns, lanes, b outputs]
 * - rows take the place of the channels that are summed over; each row of the kernel has other rows of X
 * - columns are those of the kernel, b apart: inputs and columns of dW lie side by side in one row of output
 *
 * So each row of dW is a convolution with long rows of output, at full speed. Inputs that are fewer than b stay together.
 */
export const imageLanes: BlockedRule = (node, layout) => {
  const job = kernelGradient(node, layout);
  if (!job) return false;
  for (const done of job.behind) layout.take(done);
  const lanes = lanesOf(job, layout.block);
  const slopes = slopeKernel(job, lanes, layout);
  const rows = pictureRows(job, lanes, layout).map((X) => rowOfKernel({ X, slopes, job, lanes, layout }));
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

/** One row of the kernel: [groups, Co, 1, kw · inputs], plain. */
function rowOfKernel({
  X,
  slopes,
  job,
  lanes,
  layout,
}: Work & { readonly X: string; readonly slopes: string }): string {
  const { columns, outputs } = job;
  const ints = (...value: readonly number[]) => ({ kind: "ints", value }) as const;
  const attributes = {
    group: { kind: "int", value: 1 },
    kernel_shape: ints(1, columns.output),
    pads: ints(0, 0, 0, 0),
    strides: ints(1, 1),
    dilations: ints(1, columns.stride * lanes.inputs),
  } as const;
  const made = layout.emit("Conv", [X, slopes], attributes, { domain: NCHWC });
  return layout.outOfBlocks(made, outputs);
}

/** Rows of the kernel, [groups, Co, 1, kw · inputs] each, as dW [Co, Ci, kh, kw]. */
function inOrder(rows: readonly string[], { job, lanes, layout }: Work): true {
  const { dW, outputs, columns } = job;
  const pixels = rows.length * columns.kernel;
  const stacked =
    rows.length === 1 ? (rows[0] ?? "") : layout.emit("Concat", rows, { axis: { kind: "int", value: 2 } });
  const pile = [lanes.groups * outputs, pixels, lanes.inputs];
  const inputsFirst =
    lanes.inputs === layout.block
      ? layout.outOfBlocks(layout.reshape(stacked, [lanes.groups * outputs, layout.block, 1, pixels]), layout.block)
      : layout.transpose(layout.reshape(stacked, pile), [0, 2, 1]);
  const ordered = layout.exchangeFirst(inputsFirst, [lanes.groups, outputs, lanes.inputs * pixels]);
  layout.emit("Reshape", [ordered, layout.ints(layout.shape(dW) ?? [])], {}, { output: dW });
  return layout.definePlain(dW);
}

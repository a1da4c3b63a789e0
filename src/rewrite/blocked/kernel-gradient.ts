import { numbersOf } from "../../base/tensor.ts";
import type { Node } from "../../onnx/graph.ts";
import { fitsLanes } from "../../onnx/lanes.ts";
import { attributesOf } from "../../onnx/ops.ts";
import type { BlockedLayout } from "./layout.ts";

/** One axis of the convolution whose kernel's gradient is wanted: output o reads inputs o·stride + k − before, k < kernel. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
}

/** The gradient dW [Co, Ci, kh, kw] of a kernel, from X [N, Ci, H, W] and dY [N, Co, Ho, Wo]. */
export interface KernelGradient {
  readonly X: string;
  readonly dY: string;
  readonly dW: string;
  readonly images: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly rows: Axis;
  readonly columns: Axis;
  /** The nodes that bring what the convolution makes into the form of dW. */
  readonly behind: readonly Node[];
}

/**
 * Reads a convolution with batch and channels exchanged, of X with dY as the kernel, as the gradient that it is (see
 * `autodiff/rules/conv-exchanged`).
 *
 * @returns undefined where images do not fill lanes or channels no blocks, and for every other convolution
 */
export function kernelGradient(node: Node, layout: BlockedLayout): KernelGradient | undefined {
  const [X, dY] = node.inputs.map((name) => exchanged(layout.maker(name)));
  const end = lastBehind(node, layout);
  const { group, strides, dilations, pads, auto_pad } = attributesOf("Conv", node.attributes);
  if (X === undefined || dY === undefined || !end || node.inputs.length > 2) return undefined;
  if (group !== 1 || auto_pad !== "NOTSET") return undefined;
  // A stride here is a dilation of the kernel there.
  if (strides?.some((stride) => stride !== 1)) return undefined;
  const [from, to, kernel] = [layout.shape(X), layout.shape(dY), layout.shape(end.output)];
  if (from?.length !== 4 || to?.length !== 4 || kernel?.length !== 4) return undefined;
  const axis = (at: 0 | 1): Axis => ({
    ...{ input: from[at + 2] ?? 1, output: to[at + 2] ?? 1, kernel: kernel[at + 2] ?? 1 },
    ...{ stride: dilations?.[at] ?? 1, before: pads?.[at] ?? 0 },
  });
  const [images = 0, inputs = 0] = from;
  const [outputs, rows] = [to[1] ?? 0, axis(0)];
  if (!fitsLanes({ images, inputs, outputs, rows: rows.output }, layout.block)) return undefined;
  return { X, dY, dW: end.output, images, inputs, outputs, rows, columns: axis(1), behind: end.nodes };
}

/** What a Transpose exchanges the first two axes of. */
function exchanged(node: Node | undefined): string | undefined {
  const perm = node?.attributes.perm;
  const isExchange = node?.op === "Transpose" && perm?.kind === "ints" && perm.value.join() === "1,0,2,3";
  return isExchange ? node.inputs[0] : undefined;
}

/** The Transpose that exchanges the axes back, behind a Slice where inputs at the end are never read. */
function lastBehind(node: Node, layout: BlockedLayout) {
  const first = layout.onlyReader(node.outputs[0] ?? "");
  const last = first && isCrop(first, layout) ? layout.onlyReader(first.outputs[0] ?? "") : first;
  const [output] = last?.outputs ?? [];
  if (!first || !last || output === undefined || exchanged(last) === undefined) return undefined;
  return { output, nodes: [first, last] };
}

/** A Slice that takes elements off the end alone. */
function isCrop({ op, inputs }: Node, layout: BlockedLayout): boolean {
  const [, starts = "", , , steps = ""] = inputs;
  const from = layout.constantOf(starts);
  return op === "Slice" && steps === "" && from !== undefined && numbersOf(from).every((start) => start === 0);
}

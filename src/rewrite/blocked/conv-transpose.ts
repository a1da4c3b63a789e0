import type { Node } from "../../onnx/graph.ts";
import { attributesOf } from "../../onnx/ops.ts";
import { exchangedTaps, reversedDepthwise } from "./kernel.ts";
import { type BlockedLayout, NCHWC, type Picture } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";
import { convAttributes } from "./window-attributes.ts";

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

/** A ConvTranspose from [N, Ci, h, w] to [N, Co, stride·h, stride·w]: the input gradient of a convolution with strides. */
interface Transposed {
  readonly X: string;
  readonly W: string;
  readonly from: Picture;
  readonly to: Picture;
  readonly stride: number;
  /** What the convolution pads in front, of rows and of columns. */
  readonly before: readonly [number, number];
  readonly kernel: readonly [number, number];
}

/**
 * ConvTranspose on blocked tensors, which the engine has no op for. Of each channel for itself: zeros are put between the
 * pixels, then the flipped kernel is convolved. Over all channels the zeros would cost stride² times the products, so
 * each phase of the output (even rows and odd columns, say) is a convolution of its own with the taps that reach it, and
 * the phases are put side by side.
 */
export const convTranspose: BlockedRule = (node, layout) => {
  const job = transposedOf(node, layout);
  if (!job) return false;
  const made = job.group === 1 ? byPhases(job, layout) : byZeros(job, layout);
  return made !== undefined && layout.define(node.outputs[0] ?? "", made);
};

function transposedOf(node: Node, layout: BlockedLayout): (Transposed & { readonly group: number }) | undefined {
  const [X = "", W = "", B = ""] = node.inputs;
  const { group, auto_pad, strides, dilations, pads } = attributesOf("ConvTranspose", node.attributes);
  const [from, to, kernel] = [layout.picture(X), layout.picture(node.outputs[0] ?? ""), layout.shape(W)];
  const [stride = 1, other] = strides ?? [];
  if (!from || !to || !kernel || B !== "" || auto_pad !== "NOTSET" || stride < 2 || stride !== other) return undefined;
  if (dilations?.some((dilation) => dilation !== 1)) return undefined;
  if (to[2] !== stride * from[2] || to[3] !== stride * from[3]) return undefined;
  const isDepthwise = group === from[1] && group === to[1];
  if (group !== 1 && !isDepthwise) return undefined;
  const [before, left] = pads ?? [0, 0];
  return {
    ...{ X, W, from, to, stride, group },
    before: [before ?? 0, left ?? 0],
    kernel: [kernel[2] ?? 1, kernel[3] ?? 1],
  };
}

function byZeros({ X, W, from, to, stride, before, kernel: [kh, kw] }: Transposed, layout: BlockedLayout) {
  const [front, left] = [kh - 1 - before[0], kw - 1 - before[1]];
  if (front < 0 || left < 0) return undefined;
  const spread = withZeros(layout.blocked(X), { from, stride }, layout);
  const attributes = { kernel: [kh, kw], group: to[1], pads: [front, left, before[0], before[1]] };
  return emitConv(spread, reversedDepthwise(W, layout), attributes, layout);
}

/** Each pixel followed by zeros, in both directions: [N, C, stride·h, stride·w]. */
function withZeros(
  blocked: string,
  { from: [n, c, h, w], stride }: Pick<Transposed, "from" | "stride">,
  layout: BlockedLayout,
): string {
  const { block } = layout;
  const apart = layout.reshape(blocked, [((n * c) / block) * h, 1, w, 1, block]);
  const pads = layout.ints([0, 0, 0, 0, 0, 0, stride - 1, 0, stride - 1, 0]);
  return layout.reshape(layout.emit("Pad", [apart, pads]), [n, c, stride * h, stride * w]);
}

/** The taps of a kernel that reach the outputs of one phase, and the padding that puts them in place. */
interface Phase {
  /** In the order of a convolution: the last tap first. */
  readonly taps: readonly number[];
  readonly front: number;
}

/** Output stride·q + phase takes input q + (phase + before − tap) / stride through each tap where that is whole. */
function phaseOf(phase: number, { stride, before, kernel }: { stride: number; before: number; kernel: number }): Phase {
  const first = (phase + before) % stride;
  const taps = range(kernel).filter((tap) => tap % stride === first);
  return { taps: taps.toReversed(), front: taps.length - 1 - (phase + before - first) / stride };
}

function byPhases(job: Transposed, layout: BlockedLayout): string | undefined {
  const { X, W, from, to, stride, before, kernel } = job;
  const phases = ([0, 1] as const).map((axis) =>
    range(stride).map((phase) => phaseOf(phase, { stride, before: before[axis], kernel: kernel[axis] })),
  );
  const [rows = [], columns = []] = phases;
  const isSimple = ({ taps, front }: Phase) => taps.length === 0 || (front >= 0 && front < taps.length);
  if (![...rows, ...columns].every(isSimple)) return undefined;
  const blocked = layout.blocked(X);
  const piece = (row: Phase, column: Phase): string | undefined => {
    if (row.taps.length * column.taps.length === 0) return undefined;
    const taps = row.taps.flatMap((y) => column.taps.map((x) => y * kernel[1] + x));
    const extents = [row.taps.length, column.taps.length] as const;
    const pads = [row.front, column.front, extents[0] - 1 - row.front, extents[1] - 1 - column.front];
    return emitConv(blocked, exchangedTaps(W, { taps, extents }, layout), { kernel: extents, group: 1, pads }, layout);
  };
  const [only] = rows;
  const [single] = columns;
  const isSparse = [...rows, ...columns].some(({ taps }) => taps.length === 0);
  if (!isSparse)
    return sideBySide(
      rows.map((row) => columns.map((column) => piece(row, column) ?? "")),
      job,
      layout,
    );
  // A kernel of one pixel reaches the first phase alone.
  const isFirstAlone = [rows, columns].every((all) => all.every(({ taps }, at) => at === 0 || taps.length === 0));
  const made = only && single && isFirstAlone ? piece(only, single) : undefined;
  return made && withZeros(made, { from: [from[0], to[1], from[2], from[3]], stride }, layout);
}

/** Phases [row][column] of [N, C, h, w] each as [N, C, stride·h, stride·w]. */
function sideBySide(pieces: readonly (readonly string[])[], { from, to }: Transposed, layout: BlockedLayout): string {
  const [n, , h, w] = from;
  const { block } = layout;
  const pixels = ((n * to[1]) / block) * h * w;
  const joined = (parts: readonly string[], pieceShape: readonly number[]) =>
    layout.emit(
      "Concat",
      parts.map((part) => layout.reshape(part, pieceShape)),
      { axis: { kind: "int", value: 1 } },
    );
  const rows = pieces.map((row) => joined(row, [pixels, block]));
  return layout.reshape(joined(rows, [pixels / w, to[3] * block]), to);
}

function emitConv(
  X: string,
  W: string,
  {
    kernel,
    group,
    pads,
  }: { readonly kernel: readonly number[]; readonly group: number; readonly pads: readonly number[] },
  layout: BlockedLayout,
): string {
  return layout.emit("Conv", [X, W], convAttributes({ kernel, group, pads }), { domain: NCHWC });
}

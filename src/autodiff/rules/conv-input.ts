import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range } from "../extents.ts";
import type { Convolution } from "./conv-geometry.ts";
import { transposedWindow } from "./window.ts";

/**
 * dX of a convolution, [N, Ci, ...input]. At stride 1 that is a convolution of dY with the kernel flipped in space and
 * its channels exchanged, which onnxruntime runs faster than ConvTranspose; otherwise a ConvTranspose.
 */
export function inputGradient(g: GraphBuilder, conv: Convolution, W: Value, dY: Value): Value {
  const pads = flippedPads(conv);
  const plain = conv.axes.every(({ stride }) => stride === 1) && pads.every((pad) => pad >= 0);
  if (!plain) return g.ConvTranspose(dY, W, undefined, { group: conv.group, ...transposedWindow(conv.axes) });
  const dilations = conv.axes.map(({ dilation }) => dilation);
  return g.Conv(dY, exchanged(g, conv, flipped(g, conv, W)), undefined, { group: conv.group, pads, dilations });
}

/** Padding with which the flipped kernel reaches every input: dilation·(kernel − 1) − the padding of the forward pass. */
function flippedPads({ axes }: Convolution): readonly number[] {
  const full = axes.map(({ dilation, kernel }) => dilation * (kernel - 1));
  const front = axes.map(({ before }, at) => (full[at] ?? 0) - before);
  return [...front, ...axes.map(({ after }, at) => (full[at] ?? 0) - after)];
}

/** Reversed along the spatial axes. */
function flipped(g: GraphBuilder, { axes }: Convolution, W: Value): Value {
  const long = axes.flatMap(({ kernel }, at) => (kernel > 1 ? [at + 2] : []));
  if (long.length === 0) return W;
  const all = (value: number) => g.ints(long.map(() => value));
  return g.Slice(W, all(-1), all(Number.MIN_SAFE_INTEGER), g.ints(long), all(-1));
}

/** [Co, Ci/group, ...] to [Ci, Co/group, ...]: inputs and outputs exchanged within each group. */
function exchanged(g: GraphBuilder, { group, inputs, outputs, axes }: Convolution, W: Value): Value {
  const [from, to] = [inputs / group, outputs / group];
  const spatial = range(axes.length);
  if (from === 1 && to === 1) return W;
  if (group === 1) return g.Transpose(W, { perm: [1, 0, ...spatial.map((axis) => axis + 2)] });
  const kernel = axes.map((axis) => axis.kernel);
  const grouped = g.Reshape(W, g.ints([group, to, from, ...kernel]));
  const swapped = g.Transpose(grouped, { perm: [0, 2, 1, ...spatial.map((axis) => axis + 3)] });
  return g.Reshape(swapped, g.ints([inputs, to, ...kernel]));
}

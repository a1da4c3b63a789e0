import { numbersOf } from "../../base/tensor.ts";
import type { BlockedLayout } from "./layout.ts";

/**
 * How the kernel [Co, Ci / group, kh, kw] of a convolution lies in memory: "full" [Co/b, Ci/b, kh, kw, b of Ci, b of Co];
 * "depthwise" and "picture" [Co/b, Ci, kh, kw, b of Co].
 */
export type KernelForm = "full" | "depthwise" | "picture";

/** The kernel of a convolution in the form that the engine reads. */
export function kernel(W: string, form: KernelForm, layout: BlockedLayout): string {
  const key = `${form}:${W}`;
  const known = layout.kernels.get(key);
  if (known !== undefined) return known;
  const made = form === "full" ? (wayBack(W, layout) ?? full(W, layout)) : outputsLast(W, layout);
  layout.kernels.set(key, made);
  return made;
}

type Kernel = readonly [number, number, number, number];

const extentsOf = (W: string, layout: BlockedLayout): Kernel => (layout.shape(W) ?? [1, 1, 1, 1]) as unknown as Kernel;

function full(W: string, layout: BlockedLayout): string {
  const extents = extentsOf(W, layout);
  return layout.reshape(channelsLast(inputsLast(W, layout), layout, extents), extents);
}

/** [Co, Ci/b, kh·kw, b]: of a kernel of one pixel that is how it lies already. */
function inputsLast(W: string, layout: BlockedLayout): string {
  const key = `inputs last:${W}`;
  const known = layout.kernels.get(key);
  if (known !== undefined) return known;
  const [co, ci, kh, kw] = extentsOf(W, layout);
  const { block } = layout;
  const made =
    kh * kw === 1
      ? layout.plain(W)
      : layout.intoBlocks(layout.reshape(layout.plain(W), [(co * ci) / block, block, 1, kh * kw]));
  layout.kernels.set(key, made);
  return made;
}

/** [Co, rest] to [Co/b, rest, b]. */
function channelsLast(name: string, layout: BlockedLayout, [co, ...rest]: Kernel): string {
  const size = rest.reduce((product, extent) => product * extent, 1);
  return layout.intoBlocks(layout.reshape(name, [co / layout.block, layout.block, 1, size]));
}

function outputsLast(W: string, layout: BlockedLayout): string {
  const [co, ci, kh, kw] = extentsOf(W, layout);
  const stacked = layout.maker(W)?.inputs[0] ?? "";
  const picture = layout.picture(stacked);
  if (
    layout.maker(W)?.op === "Reshape" &&
    layout.isBlocked(stacked) &&
    ci === 1 &&
    picture?.slice(2).join() === `${kh},${kw}`
  ) {
    return layout.reshape(layout.blocked(stacked), [co, 1, kh, kw]);
  }
  return layout.reshape(channelsLast(layout.plain(W), layout, [co, ci, kh, kw]), [co, ci, kh, kw]);
}

/**
 * The kernel of a convolution's input gradient, which is the forward kernel flipped in space and with its channels
 * exchanged. It shares the first step with the forward kernel; the Transpose then moves whole blocks of inputs.
 */
function wayBack(W: string, layout: BlockedLayout): string | undefined {
  const exchange = layout.maker(W);
  const perm = exchange?.attributes.perm;
  if (exchange?.op !== "Transpose" || perm?.kind !== "ints" || perm.value.join() !== "1,0,2,3") return undefined;
  const [from = ""] = exchange.inputs;
  const forward = flippedFrom(from, layout) ?? from;
  const [co, ci, kh, kw] = extentsOf(forward, layout);
  if (co % layout.block !== 0 || ci % layout.block !== 0) return undefined;
  const pixels = Array.from({ length: kh * kw }, (_, at) => at);
  const taps = forward === from ? pixels : pixels.toReversed();
  return exchangedTaps(forward, { taps, extents: [kh, kw] }, layout);
}

/** What a Slice reverses along all spatial axes longer than 1, and gives out whole. */
function flippedFrom(name: string, layout: BlockedLayout): string | undefined {
  const node = layout.maker(name);
  if (node?.op !== "Slice") return undefined;
  const [data = "", ...rest] = node.inputs;
  if (layout.shape(data)?.join() !== layout.shape(name)?.join()) return undefined;
  const [starts, , axes, steps] = rest.map((input) => {
    const constant = layout.constantOf(input);
    return constant && numbersOf(constant);
  });
  const long = (layout.shape(data) ?? []).flatMap((extent, axis) => (axis >= 2 && extent > 1 ? [axis] : []));
  const isWhole = starts?.every((start) => start === -1) && steps?.every((step) => step === -1);
  return isWhole && axes?.join() === long.join() ? data : undefined;
}

/**
 * Some taps of a kernel [Co, Ci, kh, kw] with its channels exchanged, [Ci, Co, ...extents], as "full" lies.
 *
 * @param taps numbers of pixels in row-major order of the kernel, in the order in which they are wanted
 */
export function exchangedTaps(
  W: string,
  { taps, extents }: { readonly taps: readonly number[]; readonly extents: readonly [number, number] },
  layout: BlockedLayout,
): string {
  const [co, ci, kh, kw] = extentsOf(W, layout);
  const exchanged = exchangedBlocks(W, layout);
  const isAll = taps.length === kh * kw && taps.every((tap, at) => tap === at);
  const chosen = isAll
    ? exchanged
    : layout.emit("Gather", [exchanged, layout.ints(taps)], { axis: { kind: "int", value: 2 } });
  return layout.reshape(chosen, [ci, co, ...extents]);
}

/** [Ci/b, Co/b, kh·kw, b of Co, b of Ci] */
function exchangedBlocks(W: string, layout: BlockedLayout): string {
  const key = `exchanged:${W}`;
  const known = layout.kernels.get(key);
  if (known !== undefined) return known;
  const [co, ci, kh, kw] = extentsOf(W, layout);
  const { block } = layout;
  const split = layout.reshape(inputsLast(W, layout), [co / block, block, ci / block, kh * kw, block]);
  const made = layout.transpose(split, [2, 0, 3, 1, 4]);
  layout.kernels.set(key, made);
  return made;
}

/** A kernel [C, 1, kh, kw] flipped in space, as "depthwise" lies. */
export function reversedDepthwise(W: string, layout: BlockedLayout): string {
  const extents = extentsOf(W, layout);
  const [channels, , kh, kw] = extents;
  const pixels = kh * kw;
  const blocks = layout.reshape(kernel(W, "depthwise", layout), [channels / layout.block, pixels, layout.block]);
  const backwards = layout.ints(Array.from({ length: pixels }, (_, at) => pixels - 1 - at));
  return layout.reshape(layout.emit("Gather", [blocks, backwards], { axis: { kind: "int", value: 1 } }), extents);
}

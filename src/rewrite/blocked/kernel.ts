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
  const [co, ci, kh, kw] = extentsOf(W, layout);
  const { block } = layout;
  const split = layout.reshape(layout.plain(W), [co / block, block, ci / block, block, kh, kw]);
  return layout.reshape(layout.transpose(split, [0, 2, 4, 5, 3, 1]), [co, ci, kh, kw]);
}

function outputsLast(W: string, layout: BlockedLayout): string {
  const [co, ci, kh, kw] = extentsOf(W, layout);
  const { block } = layout;
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
  const split = layout.reshape(layout.plain(W), [co / block, block, ci, kh, kw]);
  return layout.reshape(layout.transpose(split, [0, 2, 3, 4, 1]), [co, ci, kh, kw]);
}

/**
 * The kernel of a convolution's input gradient, which is the forward kernel flipped in space and with its channels
 * exchanged. From the forward kernel in blocks it takes two cheap copies: whole blocks in reverse order, then one
 * Transpose.
 */
function wayBack(W: string, layout: BlockedLayout): string | undefined {
  const exchange = layout.maker(W);
  const perm = exchange?.attributes.perm;
  if (exchange?.op !== "Transpose" || perm?.kind !== "ints" || perm.value.join() !== "1,0,2,3") return undefined;
  const [from = ""] = exchange.inputs;
  const forward = flippedFrom(from, layout) ?? from;
  const [co, ci, kh, kw] = extentsOf(forward, layout);
  const { block } = layout;
  if (co % block !== 0 || ci % block !== 0) return undefined;
  const pixels = kh * kw;
  const blocks = layout.reshape(kernel(forward, "full", layout), [co / block, ci / block, pixels, block, block]);
  const backwards = layout.ints(Array.from({ length: pixels }, (_, at) => pixels - 1 - at));
  const reversed =
    forward === from ? blocks : layout.emit("Gather", [blocks, backwards], { axis: { kind: "int", value: 2 } });
  return layout.reshape(layout.transpose(reversed, [1, 0, 2, 4, 3]), [ci, co, kh, kw]);
}

/** What a Slice reverses along all spatial axes longer than 1. */
function flippedFrom(name: string, layout: BlockedLayout): string | undefined {
  const node = layout.maker(name);
  if (node?.op !== "Slice") return undefined;
  const [data = "", ...rest] = node.inputs;
  const [starts, , axes, steps] = rest.map((input) => {
    const constant = layout.constantOf(input);
    return constant && numbersOf(constant);
  });
  const long = (layout.shape(data) ?? []).flatMap((extent, axis) => (axis >= 2 && extent > 1 ? [axis] : []));
  const isWhole = starts?.every((start) => start === -1) && steps?.every((step) => step === -1);
  return isWhole && axes?.join() === long.join() ? data : undefined;
}

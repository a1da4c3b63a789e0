import type { Dim } from "../../base/shape.ts";
import { unify } from "./broadcast.ts";
import type { Known } from "./known.ts";
import { demand } from "./rule.ts";
import { mulDims } from "./symbolic.ts";

/** X is [N, C, ...spatial], with at least one spatial axis. */
export function checkSpatial({ shape }: Known): void {
  demand(!shape || shape.length >= 3, () => `X has rank ${shape?.length}; it needs [N, C, ...spatial]`);
}

/** W has X's rank, and the spatial extents that kernel_shape says. */
export function checkKernel(
  X: Known,
  W: Known,
  { kernel_shape }: { readonly kernel_shape: readonly number[] | undefined },
): void {
  if (X.shape && W.shape) {
    const [x, w] = [X.shape.length, W.shape.length];
    demand(x === w, () => `X has rank ${x} and W rank ${w}`);
  }
  W.shape?.slice(2).forEach((extent, at) => {
    unify(extent, kernel_shape?.[at], () => "kernel_shape differs from W");
  });
}

/** X has as many channels as W reads in all groups, and the groups share the output channels. */
export function checkChannels(X: Known, W: Known, group: number): void {
  const [outputs, perGroup] = W.shape ?? [];
  const reads = perGroup === undefined ? undefined : mulDims(perGroup, group);
  unify(X.shape?.[1], reads, () => `X's channels and those that W reads in ${group} group(s) differ`);
  demand(typeof outputs !== "number" || outputs % group === 0, () => `${outputs} output channels in ${group} groups`);
}

/** B is [channels]. */
export function checkBias(B: Known | undefined, channels: Dim | undefined): void {
  if (!B?.shape) return;
  demand(B.shape.length === 1, () => `B has rank ${B.shape?.length}, not 1`);
  unify(B.shape[0], channels, () => "B and the output channels differ");
}

/** onnxruntime 1.30 refuses a Conv that is padded so, and pads a pool by the extent of its kernel without dilations. */
export function checkDilations({
  auto_pad,
  dilations,
}: {
  readonly auto_pad: string;
  readonly dilations: readonly number[] | undefined;
}): void {
  const isDilated = dilations?.some((dilation) => dilation !== 1) ?? false;
  demand(
    !(isDilated && auto_pad.startsWith("SAME")),
    () => `auto_pad ${auto_pad} with dilations; it needs pads instead`,
  );
}

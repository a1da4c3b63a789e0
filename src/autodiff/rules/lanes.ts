import type { Dim } from "../../base/shape.ts";
import { fitsLanes } from "../../onnx/lanes.ts";
import type { Convolution } from "./conv-geometry.ts";

export interface LanesOptions {
  readonly images: Dim | undefined;
  /** Numbers that a blocked tensor keeps together. */
  readonly block: number;
}

/** Whether a convolution with batch and channels exchanged will have its images in lanes: fast, where it is slow otherwise. */
export function hasLanes({ group, inputs, outputs, axes }: Convolution, { images, block }: LanesOptions): boolean {
  const [rows] = axes;
  if (group !== 1 || axes.length !== 2 || !rows || typeof images !== "number") return false;
  if (axes.some(({ dilation }) => dilation !== 1)) return false;
  return fitsLanes({ images, inputs, outputs, rows: rows.output }, block);
}

import type { StaticShape } from "../base/shape.ts";
import type { Pads } from "./kept.ts";

/** How a window moves over a map; all pairs are [vertical, horizontal], in pixels. */
export interface Window {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: "valid" | "same";
}

export type Pair = readonly [number, number];

/**
 * TensorFlow's padding: "same" gives ceil(extent / stride) outputs, and where the pixels that this takes are an odd
 * number, the last one is at the bottom or on the right.
 *
 * @param map [H, W, C]
 * @see https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function padsOf({ size, strides, dilations, padding }: Window, [height = 1, width = 1]: StaticShape): Pads {
  if (padding === "valid") return [0, 0, 0, 0];
  const missing = ([height, width] as const).map((extent, axis) => {
    const [stride, reach] = [strides[axis] ?? 1, ((size[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1];
    return Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
  });
  const [vertical = 0, horizontal = 0] = missing;
  const [top, left] = [Math.floor(vertical / 2), Math.floor(horizontal / 2)];
  return [top, left, vertical - top, horizontal - left];
}

export const addPads = (a: Pads, b: Pads): Pads => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];

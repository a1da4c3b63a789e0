import type { Interpolation } from "./image.ts";

/** How a model wants its pictures, as numbers. Made from a model's own description, see models/. */
export interface Preprocessing {
  /** What happens before the crop: the short side scaled to a length, both sides scaled, or nothing. */
  readonly resize:
    | { readonly kind: "shortest-edge"; readonly size: number }
    | { readonly kind: "exact"; readonly width: number; readonly height: number }
    | { readonly kind: "none" };
  readonly interpolation: Interpolation;
  /** Centre crop in pixels, or none. */
  readonly crop: { readonly width: number; readonly height: number } | undefined;
  /** The model's input value of a channel is (byte · scale − mean) / std. Three numbers, in the order of `channels`. */
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly channels: "RGB" | "BGR";
  readonly layout: "NCHW" | "NHWC";
}

import type { RgbImage } from "./image.ts";
import { resize } from "./resize.ts";

/** A picture whose longer side is at most so many pixels, in its own proportions; a smaller one as it is. */
export function shrink(image: RgbImage, longSide: number): RgbImage {
  const scale = longSide / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  return resize(image, { width: width ?? 1, height: height ?? 1, interpolation: "bicubic" });
}

import { checkNumber, refuseUnknown } from "../base/options.ts";
import { type HeatMap, heatOverlay } from "../image/heat-overlay.ts";
import type { Box, RgbImage } from "../image/image.ts";
import { shrink } from "../image/shrink.ts";
import type { Host } from "./host.ts";

export interface OverlayPictureOptions {
  /** Pixels of the longer side at most, from 16; the picture's own size by default. */
  readonly longSide?: number | undefined;
  readonly format?: "png" | "jpeg";
  /** Of a JPEG, 1 to 100. */
  readonly quality?: number;
}

/**
 * A picture with a heat map laid over the part that a model saw, as a file's bytes.
 *
 * @param seen the map, and what it covers in pixels of the picture as it is
 * @throws {UsageError} "bad-option"
 */
export async function drawOverlay(
  image: RgbImage,
  { heat, crop }: { readonly heat: HeatMap; readonly crop: Box },
  { longSide, format = "png", quality = 85, ...rest }: OverlayPictureOptions,
  { encoder }: Pick<Host, "encoder">,
): Promise<Uint8Array> {
  refuseUnknown("overlay", rest);
  checkNumber("quality", quality, { min: 1, max: 100, integer: true });
  if (longSide !== undefined) checkNumber("longSide", longSide, { min: 16, integer: true });
  const small = longSide === undefined ? image : shrink(image, longSide);
  const box = scaled(crop, { across: small.width / image.width, down: small.height / image.height });
  const drawn = heatOverlay(small, heat, { box });
  return format === "png" ? encoder.encodePng(drawn) : encoder.encodeJpeg(drawn, { quality });
}

const scaled = ({ left, top, width, height }: Box, by: { readonly across: number; readonly down: number }): Box => ({
  left: left * by.across,
  top: top * by.down,
  width: width * by.across,
  height: height * by.down,
});

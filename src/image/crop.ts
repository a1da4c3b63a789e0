import type { Box, RgbImage } from "./image.ts";

/**
 * Where a centre crop lies in a picture; a negative edge means that the picture is smaller and black is added there.
 *
 * @see torchvision's center_crop: offsets are Python's round(), to the even neighbour at halves; the odd pixel of
 * padding goes to the right and to the bottom
 */
export function centerBox(
  picture: { readonly width: number; readonly height: number },
  crop: { readonly width: number; readonly height: number },
): Box {
  return { left: centered(picture.width, crop.width), top: centered(picture.height, crop.height), ...crop };
}

const centered = (length: number, wanted: number): number =>
  wanted > length ? -Math.floor((wanted - length) / 2) : roundHalfEven((length - wanted) / 2);

/** Python's round(): 0.5 → 0, 1.5 → 2, 2.5 → 2. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** The part of `box` that lies in a picture of this size. */
export function inside(box: Box, picture: { readonly width: number; readonly height: number }): Box {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const right = Math.min(picture.width, box.left + box.width);
  const bottom = Math.min(picture.height, box.top + box.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** `part`, which was taken from `from`, set into a black picture that covers `box`. */
export function padded(part: RgbImage, from: Box, box: Box): RgbImage {
  if (part.width === box.width && part.height === box.height) return part;
  const data = new Uint8Array(box.width * box.height * 3);
  for (let y = 0; y < part.height; y++) {
    const row = part.data.subarray(y * part.width * 3, (y + 1) * part.width * 3);
    data.set(row, ((from.top - box.top + y) * box.width + from.left - box.left) * 3);
  }
  return { width: box.width, height: box.height, data };
}

/** A copy of a part of the picture; `box` must lie inside. */
export function crop(image: RgbImage, box: Box): RgbImage {
  const data = new Uint8Array(box.width * box.height * 3);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * image.width + box.left) * 3;
    data.set(image.data.subarray(start, start + box.width * 3), y * box.width * 3);
  }
  return { width: box.width, height: box.height, data };
}

import type { RgbImage } from "./image.ts";

/** The picture in a mirror: left becomes right. */
export function flipHorizontal({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    let source = (y + 1) * width * 3;
    for (let out = y * width * 3; source > y * width * 3; out += 3) {
      source -= 3;
      flipped[out] = data[source] as number;
      flipped[out + 1] = data[source + 1] as number;
      flipped[out + 2] = data[source + 2] as number;
    }
  }
  return { width, height, data: flipped };
}

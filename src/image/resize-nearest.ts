import type { Box, RgbImage } from "./image.ts";

interface NearestOptions {
  readonly width: number;
  readonly height: number;
  readonly box: Box;
  readonly region: Box;
}

/** Pillow's nearest neighbour: the source pixel under each result pixel's centre. No antialiasing. */
export function resizeNearest(image: RgbImage, { width, height, box, region }: NearestOptions): RgbImage {
  const columns = positions(box.width, width).subarray(region.left, region.left + region.width);
  const rows = positions(box.height, height).subarray(region.top, region.top + region.height);
  const data = new Uint8Array(rows.length * columns.length * 3);
  let out = 0;
  for (const y of rows) {
    for (const x of columns) {
      const pixel = ((box.top + y) * image.width + box.left + x) * 3;
      data[out++] = image.data[pixel] as number;
      data[out++] = image.data[pixel + 1] as number;
      data[out++] = image.data[pixel + 2] as number;
    }
  }
  return { width: region.width, height: region.height, data };
}

/** Stepped by adding, as Pillow does: multiplying would round differently at exact halves. */
function positions(from: number, to: number): Int32Array {
  const result = new Int32Array(to);
  const scale = from / to;
  let center = scale * 0.5;
  for (let at = 0; at < to; at++) {
    result[at] = Math.min(from - 1, Math.trunc(center));
    center += scale;
  }
  return result;
}

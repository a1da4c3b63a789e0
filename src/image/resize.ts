import { checkNumber, refuseUnknown } from "../base/options.ts";
import { type Coefficients, coefficients, precisionBits } from "./coefficients.ts";
import type { Box, Interpolation, RgbImage } from "./image.ts";
import { resizeNearest } from "./resize-nearest.ts";

export interface ResizeOptions {
  /** Size of the result in pixels, from 1. */
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  /** What is resized: a part of the picture, as if it had been cut out first. The whole picture by default. */
  readonly box?: Box;
  /** What is returned: a part of the result, computed alone. The whole result by default. */
  readonly region?: Box;
}

/**
 * Pillow's antialiased resize on 8-bit pixels, to the last bit: horizontal pass, then vertical, each rounded to bytes.
 * Our own because models are trained on Pillow's pixels and other libraries' differ: sharp's kernels by up to 9/255
 * when enlarging.
 *
 * @returns [region.height, region.width, 3]
 * @throws {UsageError} "bad-option" for a size below 1, or a box that does not lie inside
 * @see Pillow's Image.resize; torchvision's Resize(antialias=True)
 */
export function resize(image: RgbImage, options: ResizeOptions): RgbImage {
  const {
    width,
    height,
    interpolation,
    box = whole(image),
    region = { left: 0, top: 0, width, height },
    ...rest
  } = options;
  refuseUnknown("resize", rest);
  checkNumber("width", width, { min: 1, integer: true });
  checkNumber("height", height, { min: 1, integer: true });
  checkInside("box", box, image);
  checkInside("region", region, { width, height });
  if (interpolation === "nearest") return resizeNearest(image, { width, height, box, region });
  const across = { from: box.width, to: width, start: region.left, count: region.width };
  const down = { from: box.height, to: height, start: region.top, count: region.height };
  const columns = coefficients(across, interpolation);
  const rows = coefficients(down, interpolation);
  const top = rows.first[0] ?? 0;
  const bottom = (rows.first[rows.count - 1] ?? 0) + (rows.used[rows.count - 1] ?? 0);
  const narrow = horizontal(image, columns, { ...box, top: box.top + top, height: bottom - top });
  return { width: region.width, height: region.height, data: vertical(narrow, columns.count * 3, rows, top) };
}

const whole = ({ width, height }: RgbImage): Box => ({ left: 0, top: 0, width, height });

function checkInside(name: string, box: Box, { width, height }: { readonly width: number; readonly height: number }) {
  checkNumber(`${name}.width`, box.width, { min: 1, max: width, integer: true });
  checkNumber(`${name}.height`, box.height, { min: 1, max: height, integer: true });
  checkNumber(`${name}.left`, box.left, { min: 0, max: width - box.width, integer: true });
  checkNumber(`${name}.top`, box.top, { min: 0, max: height - box.height, integer: true });
}

const half = 1 << (precisionBits - 1);

/** Mixes columns of the rows in `box`: [box.height, count, 3]. A clamped array does the clipping. */
function horizontal(image: RgbImage, { count, taps, first, used, weights }: Coefficients, box: Box): Uint8ClampedArray {
  const { data } = image;
  const result = new Uint8ClampedArray(box.height * count * 3);
  let out = 0;
  for (let y = 0; y < box.height; y++) {
    const row = ((box.top + y) * image.width + box.left) * 3;
    for (let x = 0; x < count; x++) {
      let red = half;
      let green = half;
      let blue = half;
      let pixel = row + (first[x] as number) * 3;
      const last = x * taps + (used[x] as number);
      for (let tap = x * taps; tap < last; tap++) {
        const weight = weights[tap] as number;
        red = (red + Math.imul(weight, data[pixel] as number)) | 0;
        green = (green + Math.imul(weight, data[pixel + 1] as number)) | 0;
        blue = (blue + Math.imul(weight, data[pixel + 2] as number)) | 0;
        pixel += 3;
      }
      result[out] = red >> precisionBits;
      result[out + 1] = green >> precisionBits;
      result[out + 2] = blue >> precisionBits;
      out += 3;
    }
  }
  return result;
}

/** Mixes rows of `stride` bytes, the first of which is source row `top`. */
function vertical(source: Uint8ClampedArray, stride: number, rows: Coefficients, top: number): Uint8Array {
  const { count, taps, first, used, weights } = rows;
  const result = new Uint8ClampedArray(count * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < count; y++) {
    const start = ((first[y] as number) - top) * stride;
    const own = weights.subarray(y * taps, y * taps + (used[y] as number));
    const row = result.subarray(y * stride, (y + 1) * stride);
    if (own.length <= 4) mixFour(row, source, start, own);
    else mixMany(row, source, start, own, sums);
  }
  return new Uint8Array(result.buffer);
}

/** Up to four rows at once, as enlarging and halving have them: no sum is kept in memory. */
function mixFour(row: Uint8ClampedArray, source: Uint8ClampedArray, start: number, weights: Int32Array): void {
  const stride = row.length;
  const { a, b, c, d, second, third, fourth } = fourOf(weights, start, stride);
  for (let at = 0; at < stride; at++) {
    const upper = Math.imul(a, source[start + at] as number) + Math.imul(b, source[second + at] as number);
    const lower = Math.imul(c, source[third + at] as number) + Math.imul(d, source[fourth + at] as number);
    row[at] = (half + upper + lower) >> precisionBits;
  }
}

/** More rows, four at a time: a sum is read and written once for all of them. */
function mixMany(
  row: Uint8ClampedArray,
  source: Uint8ClampedArray,
  start: number,
  weights: Int32Array,
  sums: Int32Array,
): void {
  const stride = row.length;
  sums.fill(half);
  for (let tap = 0; tap < weights.length; tap += 4) {
    addRows(sums, source, start + tap * stride, weights.subarray(tap, tap + 4));
  }
  for (let at = 0; at < stride; at++) row[at] = (sums[at] as number) >> precisionBits;
}

/** Adds up to four rows times their weights. */
function addRows(sums: Int32Array, source: Uint8ClampedArray, start: number, weights: Int32Array): void {
  const stride = sums.length;
  const { a, b, c, d, second, third, fourth } = fourOf(weights, start, stride);
  for (let at = 0; at < stride; at++) {
    const upper = Math.imul(a, source[start + at] as number) + Math.imul(b, source[second + at] as number);
    const lower = Math.imul(c, source[third + at] as number) + Math.imul(d, source[fourth + at] as number);
    sums[at] = ((sums[at] as number) + (upper | 0) + (lower | 0)) | 0;
  }
}

/** Where up to four rows begin, with their weights. A row that is not there has weight 0, and the first one's bytes. */
function fourOf(weights: Int32Array, start: number, stride: number) {
  const [a = 0, b = 0, c = 0, d = 0] = weights;
  const second = weights.length > 1 ? start + stride : start;
  const third = weights.length > 2 ? start + 2 * stride : start;
  const fourth = weights.length > 3 ? start + 3 * stride : start;
  return { a, b, c, d, second, third, fourth };
}

import type { RgbImage } from "../../image/image.ts";

/** Pixels that are looked at, evenly spread. */
const looked = 4096;

/** Colours are told apart by the upper bits of each of their parts: noise of a few levels is one colour still. */
const keptBits = 5;

/** The share of a picture's pixels that have its commonest colour, 0 to 1, told from a few thousand of them. */
export function commonestColour({ data }: RgbImage): number {
  const pixels = data.length / 3;
  const count = Math.min(pixels, looked);
  const counts = new Uint16Array(1 << (3 * keptBits));
  for (let at = 0; at < count; at++) {
    const pixel = 3 * Math.floor(((at + 0.5) * pixels) / count);
    const [red, green, blue] = [part(data, pixel), part(data, pixel + 1), part(data, pixel + 2)];
    const colour = (((red << keptBits) | green) << keptBits) | blue;
    counts[colour] = (counts[colour] as number) + 1;
  }
  return counts.reduce((a, b) => Math.max(a, b), 0) / count;
}

const part = (data: Uint8Array, at: number): number => (data[at] as number) >> (8 - keptBits);

import type { RgbImage } from "../../image/image.ts";
import type { Distance } from "./distance.ts";
import type { Bounds } from "./figure.ts";

/** Red, green and blue, 0 to 255, not rounded. */
export type Color = readonly [red: number, green: number, blue: number];

/** A colour per place; x and y in pixels. */
export type Ink = (x: number, y: number) => Color;

/** A square picture in the making, [size, size, 3], values not rounded. */
export interface Canvas {
  readonly size: number;
  readonly data: Float32Array;
}

export const canvas = (size: number): Canvas => ({ size, data: new Float32Array(size * size * 3) });

export const mix = (a: Color, b: Color, part: number): Color => [
  a[0] + (b[0] - a[0]) * part,
  a[1] + (b[1] - a[1]) * part,
  a[2] + (b[2] - a[2]) * part,
];

/** Colours every pixel. */
export function fill({ size, data }: Canvas, ink: Ink): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) data.set(ink(x + 0.5, y + 0.5), (y * size + x) * 3);
  }
}

interface PaintOptions {
  /** Where the distance can be below ½; nothing else is looked at. */
  readonly bounds: Bounds;
  readonly distance: Distance;
  readonly ink: Ink;
  /** 0 to 1. */
  readonly opacity?: number;
}

/** Colours what lies inside of an edge; a pixel on the edge by the part of it that is covered, about ½ − distance. */
export function paint({ size, data }: Canvas, { bounds, distance, ink, opacity = 1 }: PaintOptions): void {
  const [left, right] = [Math.max(0, Math.floor(bounds.left)), Math.min(size, Math.ceil(bounds.right))];
  const [top, bottom] = [Math.max(0, Math.floor(bounds.top)), Math.min(size, Math.ceil(bounds.bottom))];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const covered = Math.max(0, Math.min(1, 0.5 - distance(x + 0.5, y + 0.5))) * opacity;
      if (covered === 0) continue;
      const at = (y * size + x) * 3;
      const under: Color = [data[at] as number, data[at + 1] as number, data[at + 2] as number];
      data.set(mix(under, ink(x + 0.5, y + 0.5), covered), at);
    }
  }
}

/** The picture in bytes, each value changed by `grain` first. */
export function develop({ size, data }: Canvas, grain: () => number): RgbImage {
  const bytes = new Uint8ClampedArray(data.length);
  for (const [at, value] of data.entries()) bytes[at] = value + grain();
  return { width: size, height: size, data: new Uint8Array(bytes.buffer) };
}

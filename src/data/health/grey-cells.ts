import type { RgbImage } from "../../image/image.ts";

export interface GridSize {
  /** From 1. */
  readonly columns: number;
  /** From 1. */
  readonly rows: number;
}

/**
 * The picture's brightness in a grid of cells, each the mean over its area. The picture is stretched to the grid, so that
 * one picture in two sizes gives nearly the same cells.
 *
 * Brightness is ITU-R 601's in whole numbers: (19595 R + 38470 G + 7471 B + 32768) >> 16.
 *
 * @returns [rows, columns], 0 to 255, not rounded
 * @see Pillow's convert("L"), for the brightness. Its BOX takes whole pixels where sizes do not divide; this takes parts of them
 */
export function greyCells({ width, height, data }: RgbImage, { columns, rows }: GridSize): Float64Array {
  const across = spansOf(width, columns);
  const cells = new Float64Array(columns * rows);
  const line = new Float64Array(columns);
  for (const [row, { first, last, start, end }] of spansOf(height, rows).entries()) {
    const own = cells.subarray(row * columns, (row + 1) * columns);
    for (let y = first; y <= last; y++) {
      lineCells(data.subarray(y * width * 3, (y + 1) * width * 3), across, line);
      addLine(own, line, (Math.min(end, y + 1) - Math.max(start, y)) / (end - start));
    }
  }
  return cells;
}

/** The pixels that a cell covers, the first and the last one perhaps in part: `start` to `end` in pixels. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

function spansOf(length: number, cells: number): readonly Span[] {
  return Array.from({ length: cells }, (_, cell) => {
    const start = (cell * length) / cells;
    const end = ((cell + 1) * length) / cells;
    const first = Math.floor(start);
    return { first, last: Math.max(first, Math.min(length, Math.ceil(end)) - 1), start, end };
  });
}

function lineCells(pixels: Uint8Array, spans: readonly Span[], into: Float64Array): void {
  for (let cell = 0; cell < into.length; cell++) {
    const { first, last, start, end } = spans[cell] as Span;
    let sum = 0;
    for (let x = first; x <= last; x++) sum += greyAt(pixels, x);
    const missing = (start - first) * greyAt(pixels, first) + (last + 1 - end) * greyAt(pixels, last);
    into[cell] = (sum - missing) / (end - start);
  }
}

function addLine(own: Float64Array, line: Float64Array, share: number): void {
  for (let column = 0; column < own.length; column++) {
    own[column] = (own[column] as number) + share * (line[column] as number);
  }
}

function greyAt(pixels: Uint8Array, x: number): number {
  const at = x * 3;
  const red = pixels[at] as number;
  const green = pixels[at + 1] as number;
  const blue = pixels[at + 2] as number;
  return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
}

/** A point in a picture of dots: columns from the left, rows from the top. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Bits of the dots in a cell of 2 x 4, by column and row. @see Unicode, Braille Patterns, U+2800 */
const bits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/**
 * A line through some points, drawn in dots of which a character has 2 x 4. Dots outside are left out.
 *
 * @param size in characters
 * @returns a text per row; a cell without dots is a space
 */
export function brailleLine(
  points: readonly Dot[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly string[] {
  const cells = Array.from({ length: height }, () => new Uint8Array(width));
  for (const { x, y } of strokes(points)) {
    const [column, row] = [Math.round(x), Math.round(y)];
    const line = cells[row >> 2];
    if (column < 0 || row < 0 || !line || column >> 1 >= width) continue;
    line[column >> 1] = (line[column >> 1] ?? 0) | (bits[column & 1]?.[row & 3] ?? 0);
  }
  return cells.map((line) => Array.from(line, (dots) => (dots ? String.fromCodePoint(0x2800 + dots) : " ")).join(""));
}

/** The points, and so many between each two that no dot is missing. */
function* strokes(points: readonly Dot[]): Iterable<Dot> {
  for (const [at, to] of points.entries()) {
    const from = points[at - 1] ?? to;
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y))));
    for (let step = 1; step <= steps; step++) {
      yield { x: from.x + ((to.x - from.x) * step) / steps, y: from.y + ((to.y - from.y) * step) / steps };
    }
  }
}

import { GraphError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { Box, RgbImage } from "./image.ts";
import { inferno } from "./inferno.ts";

/** How strongly each part of what a model sees speaks for something. */
export interface HeatMap {
  /** From 0, row by row: [height, width]. */
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

export interface OverlayOptions {
  /** The part of the picture that the map covers, in its pixels; it may be fractional, and reach beyond the picture. */
  readonly box: Box;
  /** How much of the picture the hottest part hides, 0 to 1. */
  readonly opacity?: number;
}

/**
 * A picture with a heat map laid over the part that the model sees: the hotter, the brighter and the less transparent, the
 * hottest place being the end of the colours. What the model does not see is grey.
 *
 * @returns a picture of the same size
 * @throws {GraphError} "bad-shape" for a map of another size than it says
 */
export function heatOverlay(image: RgbImage, heat: HeatMap, options: OverlayOptions): RgbImage {
  const { box, opacity = 0.75, ...rest } = options;
  refuseUnknown("heatOverlay", rest);
  checkNumber("opacity", opacity, { min: 0, max: 1 });
  if (heat.data.length !== heat.height * heat.width || heat.data.length === 0) {
    throw new GraphError("bad-shape", `A heat map of ${heat.height} × ${heat.width} has ${heat.data.length} numbers.`);
  }
  const { width, height } = image;
  const peak = heat.data.reduce((most, value) => Math.max(most, value), 0) || 1;
  const data = image.data.slice();
  const columns = samples(width, { start: box.left, length: box.width, cells: heat.width });
  const rows = samples(height, { start: box.top, length: box.height, cells: heat.height });
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const at = (y * width + x) * 3;
      if (row && column) warm(data, at, { value: valueAt(heat, row, column) / peak, opacity });
      else grey(data, at);
    }
  }
  return { width, height, data };
}

/** Two neighbouring cells of the map, and how much of the second is in between. */
interface Sample {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

interface Side {
  readonly start: number;
  readonly length: number;
  readonly cells: number;
}

/** For each pixel of a side where its centre lies between the centres of cells; undefined outside of the map. */
function samples(pixels: number, { start, length, cells }: Side): readonly (Sample | undefined)[] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const inside = (pixel + 0.5 - start) / length;
    if (inside < 0 || inside > 1) return undefined;
    const place = Math.min(cells - 1, Math.max(0, inside * cells - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(cells - 1, first + 1), share: place - first };
  });
}

/** Bilinear. */
function valueAt({ data, width }: HeatMap, row: Sample, column: Sample): number {
  const along = (line: number) => {
    const [left = 0, right = 0] = [data[line * width + column.first], data[line * width + column.second]];
    return left + (right - left) * column.share;
  };
  const [upper, lower] = [along(row.first), along(row.second)];
  return upper + (lower - upper) * row.share;
}

/** The colours of 0 to 1 in steps of 1/255. */
const colours = Uint8Array.from(Array.from({ length: 256 }, (_, at) => inferno(at / 255).map(Math.round)).flat());

/** Mixes the pixel that starts at byte `at` with the colour of a value from 0 to 1. */
function warm(data: Uint8Array, at: number, { value, opacity }: { readonly value: number; readonly opacity: number }) {
  const [share, colour] = [value * opacity, Math.round(value * 255) * 3];
  for (let channel = 0; channel < 3; channel++) {
    const own = data[at + channel] ?? 0;
    data[at + channel] = Math.round(own + ((colours[colour + channel] ?? 0) - own) * share);
  }
}

/** Makes the pixel its luma. @see ITU-R BT.601 */
function grey(data: Uint8Array, at: number): void {
  const luma = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
  data.fill(Math.round(luma), at, at + 3);
}

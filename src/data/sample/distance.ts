import type { Figure, Part, Point } from "./figure.ts";

/** Signed distance of a point to a figure's edge, negative inside; in the figure's own units. */
export type Distance = (x: number, y: number) => number;

/** Exact for one part; the smaller one where parts overlap, which is exact outside and a bound inside. */
export function distanceTo(figure: Figure): Distance {
  const parts = figure.map(distanceToPart);
  return (x, y) => parts.reduce((least, distance) => Math.min(least, distance(x, y)), Number.POSITIVE_INFINITY);
}

function distanceToPart(part: Part): Distance {
  if (part.kind === "line") {
    const edges = edgesOf(part.points, false);
    return (x, y) => Math.sqrt(squaredDistance(edges, x, y)) - part.width / 2;
  }
  const edges = Float64Array.from(part.contours.flatMap((contour) => [...edgesOf(contour, true)]));
  return (x, y) => Math.sqrt(squaredDistance(edges, x, y)) * (isInside(edges, x, y) ? -1 : 1);
}

/** x0, y0, x1, y1 of each edge. */
function edgesOf(points: readonly Point[], closed: boolean): Float64Array {
  const ends = closed ? [...points.slice(1), ...points.slice(0, 1)] : points.slice(1);
  return Float64Array.from(ends.flatMap(([x, y], at) => [points[at]?.[0] ?? x, points[at]?.[1] ?? y, x, y]));
}

/** Squared distance to the nearest edge. */
function squaredDistance(edges: Float64Array, x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < edges.length; at += 4) {
    const dx = (edges[at + 2] as number) - (edges[at] as number);
    const dy = (edges[at + 3] as number) - (edges[at + 1] as number);
    const px = x - (edges[at] as number);
    const py = y - (edges[at + 1] as number);
    const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
    const ex = px - along * dx;
    const ey = py - along * dy;
    least = Math.min(least, ex * ex + ey * ey);
  }
  return least;
}

/** A ray to the right crosses an odd number of edges. */
function isInside(edges: Float64Array, x: number, y: number): boolean {
  let inside = false;
  for (let at = 0; at < edges.length; at += 4) {
    const py = y - (edges[at + 1] as number);
    const dy = (edges[at + 3] as number) - (edges[at + 1] as number);
    const dx = (edges[at + 2] as number) - (edges[at] as number);
    if (py < 0 !== py < dy && x - (edges[at] as number) < (dx * py) / dy) inside = !inside;
  }
  return inside;
}

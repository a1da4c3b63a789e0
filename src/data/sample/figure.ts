/** x to the right, y down; a figure lies about within [-1, 1] on both axes. */
export type Point = readonly [x: number, y: number];

/** A closed area bounded by contours (a point inside an odd number of them is in), or a stroked line. */
export type Part =
  | { readonly kind: "area"; readonly contours: readonly (readonly Point[])[] }
  | { readonly kind: "line"; readonly points: readonly Point[]; readonly width: number };

/** The union of its parts. */
export type Figure = readonly Part[];

export const area = (...contours: readonly (readonly Point[])[]): Part => ({ kind: "area", contours });

export const line = (points: readonly Point[], width: number): Part => ({ kind: "line", points, width });

/** `count` points of a curve, its parameter running over [from, to); the end itself too where `closed` is false. */
export function curve(
  at: (t: number) => Point,
  { from = 0, to = 2 * Math.PI, count = 48, closed = true } = {},
): readonly Point[] {
  const steps = closed ? count : count - 1;
  return Array.from({ length: count }, (_, index) => at(from + ((to - from) * index) / steps));
}

export const polar = (radius: number, angle: number): Point => [radius * Math.cos(angle), radius * Math.sin(angle)];

export const circle = (radius: number, [x, y]: Point = [0, 0]): readonly Point[] =>
  curve((t) => [x + radius * Math.cos(t), y + radius * Math.sin(t)], { count: 32 });

export const box = (left: number, top: number, right: number, bottom: number): readonly Point[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

/** An affine map of the plane: scale and slant, then turn, then move. */
interface Placement {
  readonly x: number;
  readonly y: number;
  /** Length of the figure's unit. */
  readonly scale: number;
  /** Width over height, 1 for undistorted. */
  readonly stretch: number;
  readonly slant: number;
  /** Radians. */
  readonly turn: number;
}

export function place(figure: Figure, { x, y, scale, stretch, slant, turn }: Placement): Figure {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const move = ([px, py]: Point): Point => {
    const [u, v] = [(px + slant * py) * scale * Math.sqrt(stretch), (py * scale) / Math.sqrt(stretch)];
    return [x + cos * u - sin * v, y + sin * u + cos * v];
  };
  return figure.map((part) =>
    part.kind === "area"
      ? area(...part.contours.map((contour) => contour.map(move)))
      : line(part.points.map(move), part.width * scale),
  );
}

/** The smallest upright box around a figure, `margin` wider on each side. */
export function boundsOf(figure: Figure, margin: number): Bounds {
  const bounds = {
    left: Number.POSITIVE_INFINITY,
    top: Number.POSITIVE_INFINITY,
    right: Number.NEGATIVE_INFINITY,
    bottom: Number.NEGATIVE_INFINITY,
  };
  for (const part of figure) {
    const points = part.kind === "area" ? part.contours.flat() : part.points;
    const reach = margin + (part.kind === "line" ? part.width / 2 : 0);
    for (const [x, y] of points) {
      bounds.left = Math.min(bounds.left, x - reach);
      bounds.top = Math.min(bounds.top, y - reach);
      bounds.right = Math.max(bounds.right, x + reach);
      bounds.bottom = Math.max(bounds.bottom, y + reach);
    }
  }
  return bounds;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

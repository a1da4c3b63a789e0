import { type Shape, sameShape } from "../../base/shape.ts";

/** Where a tensor keeps the places of the picture: its rows and columns, or one place after the other, as tokens. */
export type Places = GridPlaces | RowPlaces;

interface Extent {
  /** Places down and across. */
  readonly height: number;
  readonly width: number;
}

/** An axis for rows and one for columns, as in feature maps. */
export interface GridPlaces extends Extent {
  readonly kind: "grid";
  readonly axes: readonly [rows: number, columns: number];
}

/** One axis for all, row by row, as in sequences of tokens. */
export interface RowPlaces extends Extent {
  readonly kind: "row";
  readonly axes: readonly [number];
  /** Entries of the axis in front of the first place: class tokens. */
  readonly before: number;
  /** Whether the axis counts the batch too, [N·T, D]: the places of one picture after those of another. */
  readonly merged: boolean;
}

/** The same places on other axes. */
export function onAxes(places: Places, move: (axis: number) => number): Places {
  if (places.kind === "row") return { ...places, axes: [move(places.axes[0])] };
  const [rows, columns] = places.axes;
  return { ...places, axes: [move(rows), move(columns)] };
}

export const samePlaces = (a: Places, b: Places): boolean =>
  a.kind === b.kind &&
  sameShape(a.axes, b.axes) &&
  a.height === b.height &&
  a.width === b.width &&
  (a.kind === "grid" || b.kind === "grid" || (a.before === b.before && a.merged === b.merged));

/** A grid on two axes of this shape; undefined where an extent is not known, or there is no place beside another. */
export function gridOn(shape: Shape | undefined, axes: readonly [number, number]): GridPlaces | undefined {
  const [height, width] = axes.map((axis) => shape?.[axis]);
  if (typeof height !== "number" || typeof width !== "number") return undefined;
  return height > 1 && width > 1 ? { kind: "grid", axes, height, width } : undefined;
}

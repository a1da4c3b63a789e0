/** The extent of one axis: a number, or the name of an extent that is only known when the graph runs ("N"). */
export type Dim = number | string;

export type Shape = readonly Dim[];
export type StaticShape = readonly number[];

/** Number of elements; 1 for a scalar's `[]`. */
export const sizeOf = (shape: StaticShape): number => shape.reduce((product, extent) => product * extent, 1);

/** Axes of a tensor: networks have up to eight. What has more is damaged, or made to do harm. */
export const mostAxes = 32;

export const isStatic = (shape: Shape): shape is StaticShape => shape.every((dim) => typeof dim === "number");

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);

export const formatShape = (shape: Shape | undefined): string => (shape ? `[${shape.join(", ")}]` : "[?]");

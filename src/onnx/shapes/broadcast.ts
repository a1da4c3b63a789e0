import type { Dim } from "../../base/shape.ts";
import { type Known, lengthOf, type PartialShape } from "./known.ts";
import { demand, requireAxes } from "./rule.ts";
import { maxDims } from "./symbolic.ts";

/** Numpy's broadcasting of several shapes; undefined as soon as one rank is unknown. */
export function broadcast(shapes: readonly (PartialShape | undefined)[]): PartialShape | undefined {
  let result: PartialShape = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    result = broadcastTwo(result, shape);
  }
  return result;
}

function broadcastTwo(a: PartialShape, b: PartialShape): PartialShape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [fromA, fromB] = [axis - rank + a.length, axis - rank + b.length];
    return broadcastDim(fromA < 0 ? 1 : a[fromA], fromB < 0 ? 1 : b[fromB]);
  });
}

/** A number above 1 wins over what is not known: it can only be 1 or the same. */
function broadcastDim(a: Dim | undefined, b: Dim | undefined): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === "number" && typeof b === "number") demand(false, () => `extents ${a} and ${b} do not broadcast`);
  if (typeof a === "number") return a;
  if (typeof b === "number") return b;
  return a === undefined || b === undefined ? undefined : maxDims(a, b);
}

/** Extents that must be equal; a number wins over a name, a name over nothing. */
export function unify(a: Dim | undefined, b: Dim | undefined, what: () => string): Dim | undefined {
  if (a === b || b === undefined) return a;
  if (a === undefined) return b;
  if (typeof a === "number" && typeof b === "number") demand(false, () => `${what()}: ${a} and ${b}`);
  return typeof b === "number" ? b : a;
}

/** Shapes that must be equal in rank and extents. */
export function unifyShapes(shapes: readonly (PartialShape | undefined)[], what: string): PartialShape | undefined {
  const known = shapes.filter((shape) => shape !== undefined);
  const [first] = known;
  return first && known.reduce((a, b) => unifyTwo(a, b, what), first);
}

function unifyTwo(a: PartialShape, b: PartialShape, what: string): PartialShape {
  demand(a.length === b.length, () => `${what}: ranks ${a.length} and ${b.length}`);
  return a.map((dim, axis) => unify(dim, b[axis], () => `${what} on axis ${axis}`));
}

/** A vector's extents as a shape of unknown extents, where at least the length is known. */
export function rankFromLength(vector: Known | undefined): PartialShape | undefined {
  const length = lengthOf(vector);
  requireAxes(length ?? 0);
  return length === undefined ? undefined : new Array<undefined>(length).fill(undefined);
}

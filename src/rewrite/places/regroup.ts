import { type Shape, sameShape } from "../../base/shape.ts";
import { productOf } from "../../onnx/shapes/symbolic.ts";
import type { GridPlaces, Places, RowPlaces } from "./places.ts";

/** Neighbouring axes of one shape that hold, in the same order, what neighbouring axes of another do. */
interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

interface Shapes {
  readonly from: Shape;
  readonly to: Shape;
}

/**
 * Where a Reshape takes the places: along with their axes where these stay, into one axis where rows and columns are
 * joined (or the batch and the places), and apart again. undefined where they are divided otherwise.
 */
export function regrouped(places: Places, from: Shape, to: Shape): Places | undefined {
  const groups = groupsOf(from, to);
  const [first, second] = places.axes.map((axis) => groups.find((group) => group.from.includes(axis)));
  if (!first) return undefined;
  if (places.kind === "grid" && second && first !== second) {
    const [rows, columns] = [only(first), only(second)];
    return rows === undefined || columns === undefined ? undefined : { ...places, axes: [rows, columns] };
  }
  return places.kind === "grid" ? joined(places, first) : divided(places, first, { from, to });
}

/** The one axis that a group of one axis becomes. */
const only = ({ from, to }: Group): number | undefined => (from.length === 1 && to.length === 1 ? to[0] : undefined);

/** Rows and columns that become one axis. */
function joined({ axes, height, width }: GridPlaces, { from, to }: Group): RowPlaces | undefined {
  const [axis, ...others] = to;
  if (axis === undefined || others.length > 0 || !sameShape(from, axes)) return undefined;
  return { kind: "row", axes: [axis], before: 0, height, width, merged: false };
}

function divided(places: RowPlaces, { from, to }: Group, shapes: Shapes): Places | undefined {
  const [axis, second, ...others] = to;
  if (axis === undefined || others.length > 0 || from.length > 2) return undefined;
  const startsWithBatch = ([first = -1]: readonly number[], shape: Shape) => typeof shape[first] === "string";
  if (second === undefined) {
    if (from.length === 1) return { ...places, axes: [axis] };
    return startsWithBatch(from, shapes.from) ? { ...places, axes: [axis], merged: true } : undefined;
  }
  if (from.length > 1) return undefined;
  if (places.merged) return startsWithBatch(to, shapes.to) ? { ...places, axes: [second], merged: false } : undefined;
  const { height, width, before } = places;
  const fits = before === 0 && shapes.to[axis] === height && shapes.to[second] === width;
  return fits ? { kind: "grid", axes: [axis, second], height, width } : undefined;
}

/** The finest groups from the front; axes of extent 1 belong to none. What cannot be told apart is left out. */
function groupsOf(from: Shape, to: Shape): readonly Group[] {
  const [old, made] = [axesBut1(from), axesBut1(to)];
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < made.length) {
    const [left, right] = [old.slice(i), made.slice(j)];
    const ends = left.flatMap((_, a) => right.map((_, b) => ({ a: a + 1, b: b + 1 })));
    ends.sort((one, other) => one.a + one.b - other.a - other.b);
    const end = ends.find(({ a, b }) => sizeAlong(from, left.slice(0, a)) === sizeAlong(to, right.slice(0, b)));
    if (!end) break;
    groups.push({ from: left.slice(0, end.a), to: right.slice(0, end.b) });
    [i, j] = [i + end.a, j + end.b];
  }
  return groups;
}

const axesBut1 = (shape: Shape): readonly number[] => shape.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));

const sizeAlong = (shape: Shape, axes: readonly number[]) => productOf(axes.map((axis) => shape[axis] ?? 1));

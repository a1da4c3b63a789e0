import type { StaticShape } from "../../src/base/shape.ts";

export type Index = readonly number[];

/** The item at `position`; unlike `[]` it throws outside of the list, so that a wrong index is not read as 0. */
export function at<T>(items: ArrayLike<T>, position: number): T {
  const item = items[position];
  if (item === undefined) throw new RangeError(`position ${position} of ${items.length}`);
  return item;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: StaticShape): readonly number[] {
  const strides: number[] = [];
  let step = 1;
  for (const extent of shape.toReversed()) {
    strides.unshift(step);
    step *= extent;
  }
  return strides;
}

/** Every index of `shape`, row-major: [0, 0], [0, 1], ... Kept for the next call: central differences ask thousands of times. */
export function indicesOf(shape: StaticShape): readonly Index[] {
  const key = shape.join();
  const indices = known.get(key) ?? count(shape);
  known.set(key, indices);
  return indices;
}

const known = new Map<string, readonly Index[]>();

const count = (shape: StaticShape): readonly Index[] =>
  shape.reduce<readonly Index[]>(
    (indices, extent) => indices.flatMap((index) => Array.from({ length: extent }, (_, next) => [...index, next])),
    [[]],
  );

/** Position in the flat data of an index, given the strides. */
export const offsetOf = (index: Index, strides: readonly number[]): number =>
  index.reduce((offset, position, axis) => offset + position * at(strides, axis), 0);

/** A negative axis counts from the end. */
export function axisOf(axis: number, rank: number): number {
  if (axis < -rank || axis >= Math.max(rank, 1)) throw new RangeError(`axis ${axis} of rank ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** The common shape of numpy's multidirectional broadcasting. */
export function broadcastShape(...shapes: readonly StaticShape[]): StaticShape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const extent = extents.find((candidate) => candidate !== 1) ?? 1;
    if (extents.some((candidate) => candidate !== 1 && candidate !== extent)) {
      throw new RangeError(`[${shapes.join("] and [")}] do not broadcast`);
    }
    return extent;
  });
}

/** Where the element for an index of the broadcast shape lies in a tensor of `shape`: axes of extent 1 stand still. */
export function broadcastOffset(shape: StaticShape): (index: Index) => number {
  const strides = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  return (index) => offsetOf(index.slice(index.length - shape.length), strides);
}

/** `index` with the position on one axis replaced. */
export const withAxis = (index: Index, axis: number, position: number): Index => index.with(axis, position);

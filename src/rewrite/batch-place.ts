import { type StaticShape, sizeOf } from "../base/shape.ts";

/** Where the batch is in a tensor: on `axis`, behind `outer` others that the same axis counts. */
export interface BatchPlace {
  readonly axis: number;
  /** 1 where the batch is the slowest of what the axis counts; 197 for the rows of [197 tokens · N, 64]. */
  readonly outer: number;
}

interface Reshaping {
  /** The data's shape at the old batch. */
  readonly from: StaticShape;
  readonly place: BatchPlace;
  /** The result's shape at the old batch. */
  readonly to: StaticShape;
  readonly batch: number;
}

/**
 * Where the batch is after a Reshape: elements keep their order, so as many are slower than the batch as before. At a
 * batch of 1 that leaves a choice where two axes meet. An axis of 1 there is the batch's own; else it joins the axis
 * behind, as heads do in [T, N·heads, F], unless that is the last axis, whose extent layers fix: then the one in front,
 * as in [T·N, F].
 *
 * @returns undefined where no axis can hold it
 */
export function reshapedPlace({ from, place, to, batch }: Reshaping): BatchPlace | undefined {
  const slower = sizeOf(from.slice(0, place.axis)) * place.outer;
  const places = to.flatMap((extent, axis): BatchPlace[] => {
    const outer = slower / sizeOf(to.slice(0, axis));
    return Number.isInteger(outer) && extent % (outer * batch) === 0 ? [{ axis, outer }] : [];
  });
  const own = places.find(({ axis, outer }) => outer === 1 && to[axis] === batch);
  const [last, before] = [places.at(-1), places.at(-2)];
  return own ?? (last?.axis === to.length - 1 ? (before ?? last) : last);
}

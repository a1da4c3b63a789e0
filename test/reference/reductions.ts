import { sizeOf } from "../../src/base/shape.ts";
import type { Tensor } from "../../src/base/tensor.ts";
import { type Element, integersOf, larger, tensorOf } from "./elements.ts";
import { at, axisOf, broadcastOffset, indicesOf, offsetOf, stridesOf, withAxis } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

interface ReduceInputs {
  readonly data: Tensor;
  readonly axes: Tensor | undefined;
}

interface ReduceAttributes {
  readonly keepdims: number;
  readonly noop_with_empty_axes: number;
}

/** Folds `over` the elements that fall together when the axes are taken away; without axes that is all of them. */
const reduce =
  (over: (elements: readonly Element[]) => Element) =>
  ({ data, axes }: ReduceInputs, { keepdims, noop_with_empty_axes }: ReduceAttributes): readonly Tensor[] => {
    const rank = data.shape.length;
    const named = new Set((axes ? integersOf(axes) : []).map((axis) => axisOf(axis, rank)));
    const all = named.size === 0 && noop_with_empty_axes === 0;
    const gone = (axis: number) => all || named.has(axis);
    const kept = data.shape.map((extent, axis) => (gone(axis) ? 1 : extent));
    const bucketOf = broadcastOffset(kept);
    const buckets = Array.from({ length: sizeOf(kept) }, (): Element[] => []);
    indicesOf(data.shape).forEach((index, flat) => {
      at(buckets, bucketOf(index)).push(at<Element>(data.data, flat));
    });
    const shape = keepdims ? kept : data.shape.filter((_, axis) => !gone(axis));
    return [tensorOf(data.dtype, shape, buckets.map(over))];
  };

const sum = (elements: readonly Element[]): Element =>
  typeof elements[0] === "bigint"
    ? elements.reduce<bigint>((total, value) => total + BigInt(value), 0n)
    : elements.reduce<number>((total, value) => total + Number(value), 0);

const square = (x: Element): Element => (typeof x === "bigint" ? x * x : x * x);

/** Position of the largest element along the axis: the first one, or with select_last_index the last. */
const ArgMax: Kernel<"ArgMax"> = ({ data }, { axis, keepdims, select_last_index }) => {
  const along = axisOf(axis, data.shape.length);
  const kept = data.shape.with(along, 1);
  const strides = stridesOf(data.shape);
  const positions = indicesOf(kept).map((index) => {
    const value = (k: number) => at<Element>(data.data, offsetOf(withAxis(index, along, k), strides));
    let best = 0;
    for (let k = 1; k < at(data.shape, along); k++) {
      if (value(k) > value(best) || (select_last_index && value(k) === value(best))) best = k;
    }
    return best;
  });
  return [tensorOf("int64", keepdims ? kept : kept.toSpliced(along, 1), positions)];
};

export const reductions: Kernels<"ReduceMean" | "ReduceSum" | "ReduceMax" | "ReduceSumSquare" | "ArgMax"> = {
  ReduceMean: reduce((elements) => Number(sum(elements)) / elements.length),
  ReduceSum: reduce(sum),
  ReduceMax: reduce((elements) => elements.reduce(larger)),
  ReduceSumSquare: reduce((elements) => sum(elements.map(square))),
  ArgMax,
};

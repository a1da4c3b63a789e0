import { sizeOf } from "../../src/base/shape.ts";
import type { Tensor } from "../../src/base/tensor.ts";
import { type Element, integersOf, larger, scalarOf, smaller, tensorOf } from "./elements.ts";
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

/** The sum up to each element, in the order of the axis or against it; with `exclusive` without the element. */
const CumSum: Kernel<"CumSum"> = ({ x, axis }, { exclusive, reverse }) => {
  const along = axisOf(Number(scalarOf(axis)), x.shape.length);
  const [length, strides] = [at(x.shape, along), stridesOf(x.shape)];
  const elements = indicesOf(x.shape).map((index) => {
    const here = at(index, along);
    const [first, end] = reverse ? [here + exclusive, length] : [0, here + 1 - exclusive];
    const positions = Array.from({ length: Math.max(end - first, 0) }, (_, k) => first + k);
    const summed = positions.map((k) => at<Element>(x.data, offsetOf(withAxis(index, along, k), strides)));
    return sum(summed);
  });
  return [tensorOf(x.dtype, x.shape, elements)];
};

const product = (elements: readonly Element[]): Element =>
  typeof elements[0] === "bigint"
    ? elements.reduce<bigint>((total, value) => total * BigInt(value), 1n)
    : elements.reduce<number>((total, value) => total * Number(value), 1);

const magnitude = (x: Element): Element => (x < 0 ? -x : x);

export const reductions: Kernels<
  | "ReduceMean"
  | "ReduceSum"
  | "ReduceMax"
  | "ReduceMin"
  | "ReduceProd"
  | "ReduceL1"
  | "ReduceL2"
  | "ReduceSumSquare"
  | "ReduceLogSum"
  | "ReduceLogSumExp"
  | "ArgMax"
  | "CumSum"
> = {
  ReduceMean: reduce((elements) => Number(sum(elements)) / elements.length),
  ReduceSum: reduce(sum),
  ReduceMax: reduce((elements) => elements.reduce(larger)),
  ReduceMin: reduce((elements) => elements.reduce(smaller)),
  ReduceProd: reduce(product),
  ReduceL1: reduce((elements) => sum(elements.map(magnitude))),
  ReduceL2: reduce((elements) => Math.hypot(...elements.map(Number))),
  ReduceSumSquare: reduce((elements) => sum(elements.map(square))),
  ReduceLogSum: reduce((elements) => Math.log(Number(sum(elements)))),
  ReduceLogSumExp: reduce((elements) => {
    const top = Math.max(...elements.map(Number));
    return top + Math.log(Number(sum(elements.map((x) => Math.exp(Number(x) - top)))));
  }),
  ArgMax,
  CumSum,
};

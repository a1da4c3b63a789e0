import type { Tensor } from "../../src/base/tensor.ts";
import { type Element, integersOf, moved, scalarOf, tensorOf } from "./elements.ts";
import { at, axisOf, indicesOf, offsetOf, stridesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

/** numpy's `data[start:end:step]` on each axis named; starts and ends are clamped to the axis. */
const Slice: Kernel<"Slice"> = ({ data, starts, ends, axes, steps }) => {
  const rank = data.shape.length;
  const named = (axes ? integersOf(axes) : integersOf(starts).map((_, axis) => axis)).map((axis) => axisOf(axis, rank));
  const ranges = data.shape.map((extent, axis) => {
    const entry = named.indexOf(axis);
    if (entry < 0) return { start: 0, step: 1, count: extent };
    const step = steps ? at(integersOf(steps), entry) : 1;
    return range(extent, at(integersOf(starts), entry), at(integersOf(ends), entry), step);
  });
  const strides = stridesOf(data.shape);
  const from = (index: readonly number[]) =>
    offsetOf(
      index.map((position, axis) => at(ranges, axis).start + position * at(ranges, axis).step),
      strides,
    );
  return [
    moved(
      data,
      ranges.map(({ count }) => count),
      from,
    ),
  ];
};

/** A negative start or end counts from the end; backwards, the end -1 (before the first element) is what clamps. */
function range(extent: number, from: number, to: number, step: number) {
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (position: number) => Math.min(high, Math.max(low, position < 0 ? position + extent : position));
  const start = clamp(from);
  return { start, step, count: Math.max(0, Math.ceil((clamp(to) - start) / step)) };
}

/** Where a position outside of the axis is read from instead; undefined: nowhere, the constant stands there. */
const modes: Readonly<Record<string, (position: number, extent: number) => number | undefined>> = {
  constant: (position, extent) => (position >= 0 && position < extent ? position : undefined),
  edge: (position, extent) => Math.min(extent - 1, Math.max(0, position)),
  reflect: (position, extent) => {
    const period = 2 * (extent - 1);
    const inside = period === 0 ? 0 : ((position % period) + period) % period;
    return Math.min(inside, period - inside);
  },
  wrap: (position, extent) => ((position % extent) + extent) % extent,
};

/** Adds before and after each axis; a negative pad of mode "constant" crops. */
const Pad: Kernel<"Pad"> = ({ data, pads, constant_value, axes }, { mode }) => {
  const { begin, end } = padsOf(data, integersOf(pads), axes && integersOf(axes));
  const source = modes[mode];
  if (!source) throw new Error(`Pad has no mode "${mode}"`);
  if (mode !== "constant" && [...begin, ...end].some((pad) => pad < 0)) throw new Error(`negative pads with ${mode}`);
  const fill: Element = constant_value ? scalarOf(constant_value) : data.dtype === "int64" ? 0n : 0;
  const shape = data.shape.map((extent, axis) => extent + at(begin, axis) + at(end, axis));
  const strides = stridesOf(data.shape);
  const elements = indicesOf(shape).map((index) => {
    const from = index.map((position, axis) => source(position - at(begin, axis), at(data.shape, axis)));
    const inside = from.filter((position) => position !== undefined);
    return inside.length === from.length ? at<Element>(data.data, offsetOf(inside, strides)) : fill;
  });
  return [tensorOf(data.dtype, shape, elements)];
};

function padsOf({ shape }: Tensor, pads: readonly number[], axes: readonly number[] = shape.map((_, axis) => axis)) {
  const named = axes.map((axis) => axisOf(axis, shape.length));
  const pad = (axis: number, from: number) => (named.includes(axis) ? at(pads, from + named.indexOf(axis)) : 0);
  return { begin: shape.map((_, axis) => pad(axis, 0)), end: shape.map((_, axis) => pad(axis, named.length)) };
}

export const cropping: Kernels<"Slice" | "Pad"> = { Slice, Pad };

import { type StaticShape, sizeOf } from "../../src/base/shape.ts";
import type { Tensor } from "../../src/base/tensor.ts";
import { dtypeOf } from "./dtype-of.ts";
import { type Element, integersOf, moved, tensorOf } from "./elements.ts";
import { at, axisOf, broadcastOffset, broadcastShape, offsetOf, stridesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

/** The same elements under another shape. */
const shaped = (value: Tensor, shape: StaticShape): readonly Tensor[] => {
  if (sizeOf(shape) !== sizeOf(value.shape)) throw new RangeError(`[${value.shape}] cannot become [${shape}]`);
  return [{ ...value, shape }];
};

/** 0 copies the extent of the same axis (unless allowzero); -1 is what is left over. */
const Reshape: Kernel<"Reshape"> = ({ data, shape }, { allowzero }) => {
  const wanted = integersOf(shape).map((extent, axis) => (extent === 0 && !allowzero ? at(data.shape, axis) : extent));
  const known = sizeOf(wanted.filter((extent) => extent !== -1));
  return shaped(
    data,
    wanted.map((extent) => (extent === -1 ? sizeOf(data.shape) / known : extent)),
  );
};

const Transpose: Kernel<"Transpose"> = ({ data }, { perm = data.shape.map((_, axis) => axis).toReversed() }) => {
  const strides = stridesOf(data.shape);
  const turned = perm.map((axis) => at(strides, axis));
  return [
    moved(
      data,
      perm.map((axis) => at(data.shape, axis)),
      (index) => offsetOf(index, turned),
    ),
  ];
};

const Squeeze: Kernel<"Squeeze"> = ({ data, axes }) => {
  const named = axes && integersOf(axes).map((axis) => axisOf(axis, data.shape.length));
  return shaped(
    data,
    data.shape.filter((extent, axis) => (named ? !named.includes(axis) : extent !== 1)),
  );
};

const Unsqueeze: Kernel<"Unsqueeze"> = ({ data, axes }) => {
  const rank = data.shape.length + axes.data.length;
  const named = integersOf(axes).map((axis) => axisOf(axis, rank));
  const left = [...data.shape];
  return shaped(
    data,
    Array.from({ length: rank }, (_, axis) => (named.includes(axis) ? 1 : (left.shift() ?? 1))),
  );
};

const Cast: Kernel<"Cast"> = ({ input }, { to = 0 }) => {
  const dtype = dtypeOf(to);
  const elements = Array.from<Element>(input.data);
  return [tensorOf(dtype, input.shape, dtype === "bool" ? elements.map((x) => (x ? 1 : 0)) : elements)];
};

export const reshaping: Kernels<
  "Reshape" | "Flatten" | "Transpose" | "Squeeze" | "Unsqueeze" | "Expand" | "Identity" | "Cast"
> = {
  Reshape,
  Flatten: ({ input }, { axis }) => {
    const from = axis < 0 ? axis + input.shape.length : axis;
    return shaped(input, [sizeOf(input.shape.slice(0, from)), sizeOf(input.shape.slice(from))]);
  },
  Transpose,
  Squeeze,
  Unsqueeze,
  Expand: ({ input, shape }) => [
    moved(input, broadcastShape(input.shape, integersOf(shape)), broadcastOffset(input.shape)),
  ],
  Identity: ({ input }) => [input],
  Cast,
};

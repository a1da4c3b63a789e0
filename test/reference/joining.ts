import type { Tensor } from "../../src/base/tensor.ts";
import { type Element, integersOf, moved, reducers, tensorOf } from "./elements.ts";
import { at, axisOf, indicesOf, offsetOf, stridesOf, withAxis } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

const Concat: Kernel<"Concat"> = ({ inputs }, { axis = 0 }) => {
  const first = at(inputs, 0);
  const along = axisOf(axis, first.shape.length);
  const extent = inputs.reduce((total, { shape }) => total + at(shape, along), 0);
  const shape = first.shape.with(along, extent);
  const elements = indicesOf(shape).map((index) => {
    let [part, position] = [0, at(index, along)];
    while (position >= at(at(inputs, part).shape, along)) position -= at(at(inputs, part++).shape, along);
    const source = at(inputs, part);
    return at<Element>(source.data, offsetOf(withAxis(index, along, position), stridesOf(source.shape)));
  });
  return [tensorOf(first.dtype, shape, elements)];
};

/** Parts of the given sizes; or of equal size, where the last of `num_outputs` may be smaller. */
const Split: Kernel<"Split"> = ({ input, split }, { axis, num_outputs }, outputCount) => {
  const along = axisOf(axis, input.shape.length);
  const extent = at(input.shape, along);
  const parts = num_outputs ?? outputCount;
  const size = Math.ceil(extent / parts);
  const sizes = split
    ? integersOf(split)
    : Array.from({ length: parts }, (_, part) => Math.min(size, extent - part * size));
  const strides = stridesOf(input.shape);
  return sizes.map((own, part) => {
    const start = sizes.slice(0, part).reduce((total, value) => total + value, 0);
    return moved(input, input.shape.with(along, own), (index) =>
      offsetOf(withAxis(index, along, start + at(index, along)), strides),
    );
  });
};

/** `numpy.take`: the axis is replaced by the axes of `indices`. */
const Gather: Kernel<"Gather"> = ({ data, indices }, { axis }) => {
  const along = axisOf(axis, data.shape.length);
  const picks = integersOf(indices).map((pick) => wrapped(pick, at(data.shape, along)));
  const [rank, pickStrides, strides] = [indices.shape.length, stridesOf(indices.shape), stridesOf(data.shape)];
  const shape = [...data.shape.slice(0, along), ...indices.shape, ...data.shape.slice(along + 1)];
  return [
    moved(data, shape, (index) => {
      const pick = at(picks, offsetOf(index.slice(along, along + rank), pickStrides));
      return offsetOf([...index.slice(0, along), pick, ...index.slice(along + rank)], strides);
    }),
  ];
};

const GatherElements: Kernel<"GatherElements"> = ({ data, indices }, { axis }) => {
  const places = elementPlaces(data, indices, axis);
  const strides = stridesOf(indices.shape);
  return [moved(data, indices.shape, (index) => at(places, offsetOf(index, strides)))];
};

const ScatterElements: Kernel<"ScatterElements"> = ({ data, indices, updates }, { axis, reduction }) => {
  const reducer = reducers[reduction];
  if (!reducer) throw new Error(`ScatterElements has no reduction "${reduction}"`);
  const elements: Element[] = Array.from<Element>(data.data);
  elementPlaces(data, indices, axis).forEach((place, flat) => {
    elements[place] = reducer(at(elements, place), at<Element>(updates.data, flat));
  });
  return [tensorOf(data.dtype, data.shape, elements)];
};

/** For each element of `indices`, the flat position in `data` that it means: its own index, moved along the axis. */
function elementPlaces(data: Tensor, indices: Tensor, axis: number): readonly number[] {
  const along = axisOf(axis, data.shape.length);
  const strides = stridesOf(data.shape);
  const picks = integersOf(indices);
  return indicesOf(indices.shape).map((index, flat) =>
    offsetOf(withAxis(index, along, wrapped(at(picks, flat), at(data.shape, along))), strides),
  );
}

const wrapped = (index: number, extent: number): number => (index < 0 ? index + extent : index);

export const joining: Kernels<"Concat" | "Split" | "Gather" | "GatherElements" | "ScatterElements"> = {
  Concat,
  Split,
  Gather,
  GatherElements,
  ScatterElements,
};

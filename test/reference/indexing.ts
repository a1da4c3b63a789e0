import { sizeOf } from "../../src/base/shape.ts";
import { ints, type Tensor } from "../../src/base/tensor.ts";
import { type Element, floatsOf, integersOf, moved, reducers, scalarOf, tensorOf } from "./elements.ts";
import { at, axisOf, indicesOf, offsetOf, stridesOf, withAxis } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

/** The flat positions in `data` at which the blocks begin that `indices` names, one for each row of coordinates. */
function blockStarts(data: Tensor, indices: Tensor, batchDims: number): readonly number[] {
  const count = at(indices.shape, indices.shape.length - 1);
  const strides = stridesOf(data.shape);
  const coordinates = integersOf(indices);
  return indicesOf(indices.shape.slice(0, -1)).map((index, row) => {
    const own = coordinates.slice(row * count, (row + 1) * count).map((coordinate, axis) => {
      const extent = at(data.shape, batchDims + axis);
      return coordinate < 0 ? coordinate + extent : coordinate;
    });
    return offsetOf([...index.slice(0, batchDims), ...own], strides);
  });
}

const GatherND: Kernel<"GatherND"> = ({ data, indices }, { batch_dims }) => {
  const block = data.shape.slice(batch_dims + at(indices.shape, indices.shape.length - 1));
  const size = sizeOf(block);
  const elements = blockStarts(data, indices, batch_dims).flatMap((start) =>
    Array.from({ length: size }, (_, within) => at<Element>(data.data, start + within)),
  );
  return [tensorOf(data.dtype, [...indices.shape.slice(0, -1), ...block], elements)];
};

const ScatterND: Kernel<"ScatterND"> = ({ data, indices, updates }, { reduction }) => {
  const reducer = reducers[reduction];
  if (!reducer) throw new Error(`ScatterND has no reduction "${reduction}"`);
  const size = sizeOf(data.shape.slice(at(indices.shape, indices.shape.length - 1)));
  const elements: Element[] = Array.from<Element>(data.data);
  blockStarts(data, indices, 0).forEach((start, row) => {
    for (let within = 0; within < size; within++) {
      const update = at<Element>(updates.data, row * size + within);
      elements[start + within] = reducer(at(elements, start + within), update);
    }
  });
  return [tensorOf(data.dtype, data.shape, elements)];
};

/** The K largest (or smallest) along an axis, in that order; of equal ones the first comes first. */
const TopK: Kernel<"TopK"> = ({ X, K }, { axis, largest }) => {
  const along = axisOf(axis, X.shape.length);
  const [count, strides, data] = [Number(scalarOf(K)), stridesOf(X.shape), floatsOf(X)];
  const value = (index: readonly number[], place: number) => at(data, offsetOf(withAxis(index, along, place), strides));
  const shape = X.shape.with(along, count);
  const places = indicesOf(shape).map((index) => {
    const order = Array.from({ length: at(X.shape, along) }, (_, place) => place).sort((a, b) =>
      largest ? value(index, b) - value(index, a) : value(index, a) - value(index, b),
    );
    return at(order, at(index, along));
  });
  const from = stridesOf(shape);
  const values = moved(X, shape, (index) =>
    offsetOf(withAxis(index, along, at(places, offsetOf(index, from))), strides),
  );
  return [values, ints(places, shape)];
};

/** On at the place that an index names on the new axis, off elsewhere; an index outside of the depth is on nowhere. */
const OneHot: Kernel<"OneHot"> = ({ indices, depth, values }, { axis }) => {
  const along = axisOf(axis, indices.shape.length + 1);
  const [extent, picks, strides] = [Number(scalarOf(depth)), integersOf(indices), stridesOf(indices.shape)];
  const shape = indices.shape.toSpliced(along, 0, extent);
  return [
    moved(values, shape, (index) => {
      const pick = at(picks, offsetOf(index.toSpliced(along, 1), strides));
      return (pick < 0 ? pick + extent : pick) === at(index, along) ? 1 : 0;
    }),
  ];
};

/** A column for each element that is not 0, with its index. */
const NonZero: Kernel<"NonZero"> = ({ X }) => {
  const found = indicesOf(X.shape).filter((_, flat) => Number(at<Element>(X.data, flat)) !== 0);
  const rows = X.shape.map((_, axis) => found.map((index) => at(index, axis)));
  return [ints(rows.flat(), [X.shape.length, found.length])];
};

export const indexing: Kernels<"GatherND" | "ScatterND" | "TopK" | "OneHot" | "NonZero"> = {
  GatherND,
  ScatterND,
  TopK,
  OneHot,
  NonZero,
};

import type { Dim } from "../../base/shape.ts";
import { unifyShapes } from "./broadcast.ts";
import {
  counted,
  elementsOf,
  type Inferred,
  type Known,
  like,
  numbersKnown,
  type PartialShape,
  shaped,
} from "./known.ts";
import { axisOf, demand, type RuleContext, type ShapeRules, whole } from "./rule.ts";
import { slice } from "./slice.ts";
import { addDims, exactQuotient } from "./symbolic.ts";

/** Ops that join, cut, pick and pad. */
export const movingRules = {
  Concat: ({ inputs, attributes: { axis } }) => [concat(inputs, axis)],
  Split: (context) => split(context),
  Slice: (context) => [slice(context)],
  Gather: (context) => [gather(context)],
  GatherElements: ({ data, indices, attributes: { axis } }) => {
    checkIndices(data, indices, axis);
    return [shaped(data.dtype, indices.shape)];
  },
  ScatterElements: ({ data, indices, updates, attributes: { axis } }) => {
    checkIndices(data, indices, axis);
    unifyShapes([indices.shape, updates.shape], "indices and updates differ");
    return [like(data)];
  },
  Pad: (context) => [pad(context)],
} satisfies Partial<ShapeRules>;

function concat(inputs: readonly Known[], axis: number | undefined): Inferred {
  const [first] = inputs;
  demand(first !== undefined && axis !== undefined, () => "Concat needs an axis and at least one input");
  const rank = inputs.find(({ shape }) => shape)?.shape?.length;
  if (rank === undefined) return shaped(first.dtype, undefined);
  const along = axisOf(axis, rank);
  const others = unifyShapes(
    inputs.map(({ shape }) => shape?.map((dim, at) => (at === along ? undefined : dim))),
    "inputs differ",
  );
  const extents = whole(inputs.map(({ shape }) => shape?.[along]));
  const shape = (others ?? []).map((dim, at) => (at === along ? extents?.reduce(addDims) : dim));
  const known = whole(shape);
  const elements = along === 0 ? inputs.map((input) => elementsOf(input)) : [];
  const all = elements.length > 0 && elements.every((some) => some !== undefined) ? elements.flat() : undefined;
  return known ? counted(first.dtype, known, all) : shaped(first.dtype, shape);
}

function split({ input, split: sizes, attributes: { axis, num_outputs }, outputs }: RuleContext<"Split">): Inferred[] {
  const { dtype, shape } = input;
  const count = num_outputs ?? outputs;
  demand(count === outputs, () => `${outputs} outputs, and num_outputs ${count}`);
  if (!shape) return Array.from({ length: outputs }, () => shaped(dtype, undefined));
  const along = axisOf(axis, shape.length);
  const given = elementsOf(sizes);
  const total = shape[along] ?? 1;
  const extents = given ?? (sizes ? [] : evenParts(total, count));
  if (given) checkParts(given, total);
  const elements = shape.length === 1 ? elementsOf(input) : undefined;
  return Array.from({ length: outputs }, (_, at) => {
    const part = shape.map((dim, axisAt) => (axisAt === along ? extents[at] : dim));
    const known = whole(part);
    const numbers = elements && numbersIn(extents, at);
    return known && numbers ? counted(dtype, known, elements.slice(...numbers)) : shaped(dtype, part);
  });
}

/** ceil(total / count) each, the last one what is left. */
function evenParts(total: Dim, count: number): PartialShape {
  const even = exactQuotient(total, count);
  if (typeof total !== "number") return new Array<Dim | undefined>(count).fill(even);
  const size = Math.ceil(total / count);
  return Array.from({ length: count }, (_, at) => Math.max(0, Math.min(size, total - at * size)));
}

function checkParts(parts: readonly Dim[], total: Dim): void {
  const sum = parts.reduce(addDims, 0);
  const differ = typeof sum === "number" && typeof total === "number" && sum !== total;
  demand(!differ, () => `the parts add up to ${sum}, the axis has ${total}`);
}

function numbersIn(extents: PartialShape, at: number): [number, number] | undefined {
  const before = extents.slice(0, at + 1).map((extent) => (typeof extent === "number" ? extent : Number.NaN));
  const end = before.reduce((sum, extent) => sum + extent, 0);
  return Number.isNaN(end) ? undefined : [end - (before.at(-1) ?? 0), end];
}

function gather({ data, indices, attributes: { axis } }: RuleContext<"Gather">): Inferred {
  if (!data.shape || !indices.shape) return shaped(data.dtype, undefined);
  const along = axisOf(axis, data.shape.length);
  const shape = [...data.shape.slice(0, along), ...indices.shape, ...data.shape.slice(along + 1)];
  const extent = data.shape[along];
  const positions = numbersKnown(indices)?.map((index) => inside(index, extent));
  const elements = data.shape.length === 1 ? elementsOf(data) : undefined;
  return counted(data.dtype, shape, positions && elements && whole(positions.map((at) => elements[at])));
}

function inside(index: number, extent: Dim | undefined): number {
  if (typeof extent !== "number") return index;
  demand(index >= -extent && index < extent, () => `index ${index} is outside of an axis of ${extent}`);
  return index < 0 ? index + extent : index;
}

function checkIndices(data: Known, indices: Known, axis: number): void {
  if (!data.shape) return;
  axisOf(axis, data.shape.length);
  const rank = indices.shape?.length ?? data.shape.length;
  demand(rank === data.shape.length, () => `indices have rank ${rank}, data ${data.shape?.length}`);
}

function pad({ data: { dtype, shape }, pads, axes }: RuleContext<"Pad">): Inferred {
  if (!shape) return shaped(dtype, undefined);
  const sizes = elementsOf(pads);
  const along = axes ? numbersKnown(axes)?.map((axis) => axisOf(axis, shape.length)) : shape.map((_, axis) => axis);
  if (!sizes || !along)
    return shaped(
      dtype,
      shape.map(() => undefined),
    );
  demand(sizes.length === 2 * along.length, () => `pads has ${sizes.length} numbers for ${along.length} axes`);
  return shaped(
    dtype,
    shape.map((dim, axis) => {
      const at = along.indexOf(axis);
      return at < 0 ? dim : addDims(addDims(dim, sizes[at] ?? 0), sizes[at + along.length] ?? 0);
    }),
  );
}

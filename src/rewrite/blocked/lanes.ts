import type { Axis, KernelGradient } from "./kernel-gradient.ts";
import type { BlockedLayout } from "./layout.ts";

/** How images become lanes, and inputs lie beside each other. */
export interface Lanes {
  /** Blocks of images. */
  readonly blocks: number;
  /** Parts of the rows that are lanes of their own. */
  readonly parts: number;
  /** Blocks of inputs. */
  readonly groups: number;
  /** Inputs in each. */
  readonly inputs: number;
}

export const lanesOf = ({ images, inputs }: KernelGradient, block: number): Lanes => ({
  blocks: Math.max(1, images / block),
  parts: Math.max(1, block / images),
  ...(inputs < block ? { groups: 1, inputs } : { groups: inputs / block, inputs: block }),
});

/** As many inputs as the windows of an axis reach over. */
const reach = ({ output, stride, kernel }: Axis): number => (output - 1) * stride + kernel;

/** Zeros in front of and behind an axis; negative where inputs are never read. */
const margins = (axis: Axis): readonly [number, number] => [axis.before, reach(axis) - axis.before - axis.input];

/**
 * X for each row of the kernel, as [groups, channels, 1, columns · inputs]: in memory [groups, blocks, rows, columns, inputs,
 * lanes], with zeros where the convolution pads.
 */
export function pictureRows(job: KernelGradient, lanes: Lanes, layout: BlockedLayout): readonly string[] {
  const { rows, columns } = job;
  const count = rows.output / lanes.parts;
  const width = lanes.inputs * layout.block;
  const extents = [lanes.groups, lanes.blocks * count * layout.block, 1, reach(columns) * lanes.inputs];
  const isSimple = lanes.parts === 1 && rows.stride === 1;
  // A Pad can take rows off and put zeros around them in one pass.
  const whole = isSimple ? imagesInLanes(job, lanes, layout) : paddedInLanes(job, lanes, layout);
  return Array.from({ length: rows.kernel }, (_, first) => {
    const chosen = isSimple
      ? framed(whole, [first - rows.before, first + count - rows.before - rows.input], columns, { width, layout })
      : strided(whole, { first, count, stride: rows.stride }, layout);
    return layout.reshape(chosen, extents);
  });
}

/** [groups · blocks, rows, columns, ...], padded; each part of the rows with those that its windows reach over. */
function paddedInLanes(job: KernelGradient, lanes: Lanes, layout: BlockedLayout): string {
  if (lanes.parts > 1) return partsInLanes(job, lanes, layout);
  const [front, back] = margins(job.rows);
  const width = lanes.inputs * layout.block;
  return framed(imagesInLanes(job, lanes, layout), [-front, back], job.columns, { width, layout });
}

interface Framing {
  /** Numbers in a column. */
  readonly width: number;
  readonly layout: BlockedLayout;
}

/** [pile, rows, columns · width] with rows taken off in front (negative: zeros put there) and added behind, columns padded. */
function framed(
  name: string,
  [off, behind]: readonly [number, number],
  columns: Axis,
  { width, layout }: Framing,
): string {
  const [left, right] = margins(columns);
  const pads = [0, 0 - off, left * width, 0, behind, right * width];
  return pads.every((pad) => pad === 0) ? name : layout.emit("Pad", [name, layout.ints(pads)]);
}

interface Rows {
  readonly first: number;
  readonly count: number;
  readonly stride: number;
}

/** Some rows of [pile, rows, ...]. */
function strided(name: string, { first, count, stride }: Rows, layout: BlockedLayout): string {
  const bounds = [[first], [first + (count - 1) * stride + 1], [1], [stride]];
  return layout.emit("Slice", [name, ...bounds.map((values) => layout.ints(values))]);
}

/** [groups · blocks, H, W · inputs · lanes] */
function imagesInLanes({ X, inputs, rows, columns }: KernelGradient, lanes: Lanes, layout: BlockedLayout): string {
  const { block } = layout;
  const { blocks, groups } = lanes;
  const pixels = rows.input * columns.input;
  const source = inputs < block ? layout.plain(X) : layout.blocked(X);
  const lanesLast = layout.intoBlocks(layout.reshape(source, [blocks, block, 1, inputs * pixels]));
  const ordered =
    inputs < block
      ? inputsBehind(lanesLast, [blocks, inputs, pixels, block], layout)
      : layout.exchangeFirst(lanesLast, [blocks, groups, pixels * block * block]);
  return layout.reshape(ordered, [groups * blocks, rows.input, columns.input * lanes.inputs * block]);
}

/** [groups, rows that a part reaches over, columns that windows reach over · inputs · lanes] */
function partsInLanes(job: KernelGradient, lanes: Lanes, layout: BlockedLayout): string {
  const { X, images, inputs, rows, columns } = job;
  const { block } = layout;
  const isFew = inputs < block;
  const [pile, deep] = isFew ? [inputs, 1] : [lanes.groups, block];
  const source = isFew ? layout.plain(X) : layout.blocked(X);
  const apart = layout.reshape(source, [images * pile, rows.input, columns.input * deep]);
  const [front, back] = margins(rows);
  const padded = framed(apart, [-front, back], columns, { width: deep, layout });
  const each = rows.output / lanes.parts;
  const [height, width] = [reach({ ...rows, output: each }), reach(columns)];
  const parts = Array.from({ length: lanes.parts }, (_, at) =>
    layout.reshape(strided(padded, { first: at * each * rows.stride, count: height, stride: 1 }, layout), [
      ...[images, 1, pile * height * width * deep],
    ]),
  );
  const joined = layout.emit("Concat", parts, { axis: { kind: "int", value: 1 } });
  const lanesLast = layout.intoBlocks(layout.reshape(joined, [1, block, 1, pile * height * width * deep]));
  const ordered = isFew ? inputsBehind(lanesLast, [1, inputs, height * width, block], layout) : lanesLast;
  return layout.reshape(ordered, [lanes.groups, height, width * lanes.inputs * block]);
}

/** [blocks, inputs, pixels, lanes] to [blocks, pixels, inputs, lanes] */
const inputsBehind = (name: string, extents: readonly number[], layout: BlockedLayout): string =>
  layout.transpose(layout.reshape(name, extents), [0, 2, 1, 3]);

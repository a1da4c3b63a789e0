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

/** X, for some rows of a kernel. */
export interface PictureRows {
  /** How many. */
  readonly count: number;
  /**
   * [groups · count, channels, 1, columns · inputs]: in memory [groups, count, blocks, rows, columns, inputs, lanes], with
   * zeros where the convolution pads, and for each row of the kernel the rows that it meets.
   */
  readonly X: string;
}

/**
 * X for each row of a kernel in turn, which keeps copies small. Where a single group would leave threads idle, for all of
 * them together: then inputs are few, and so X is small.
 */
export function pictureRows(job: KernelGradient, lanes: Lanes, layout: BlockedLayout): readonly PictureRows[] {
  const { rows, columns } = job;
  const { groups, blocks, parts, inputs } = lanes;
  const [height, wide] = [partReach(job, lanes), reach(columns) * inputs];
  const padded = parts === 1 ? imagesInLanes(job, lanes, layout) : partsInLanes(job, lanes, layout);
  const piles = layout.reshape(padded, [groups, blocks * height, wide * layout.block]);
  const met = (first: number) =>
    range(blocks).flatMap((block) => range(rows.output / parts).map((at) => block * height + at * rows.stride + first));
  const all = range(rows.kernel);
  return (groups === 1 ? [all] : all.map((k) => [k])).map((some) => {
    const axis = { axis: { kind: "int", value: 1 } } as const;
    const chosen = layout.emit("Gather", [piles, layout.ints(some.flatMap(met))], axis);
    const channels = (blocks * rows.output * layout.block) / parts;
    return { count: some.length, X: layout.reshape(chosen, [groups * some.length, channels, 1, wide]) };
  });
}

/** Rows that the windows of one of the parts reach over. */
const partReach = ({ rows }: KernelGradient, { parts }: Lanes): number =>
  reach({ ...rows, output: rows.output / parts });

interface Framing {
  /** Numbers in a column. */
  readonly width: number;
  readonly layout: BlockedLayout;
}

/** [pile, H, W · width] with zeros around it, or without what no window reads. */
function framed(name: string, { rows, columns }: KernelGradient, { width, layout }: Framing): string {
  const [[above, below], [left, right]] = [margins(rows), margins(columns)];
  const pads = [0, above, left * width, 0, below, right * width];
  return pads.every((pad) => pad === 0) ? name : layout.emit("Pad", [name, layout.ints(pads)]);
}

/** [groups · blocks, rows, columns · inputs · lanes] */
function imagesInLanes(job: KernelGradient, lanes: Lanes, layout: BlockedLayout): string {
  const { X, inputs, rows, columns } = job;
  const { block } = layout;
  const { blocks, groups } = lanes;
  const pixels = rows.input * columns.input;
  const source = inputs < block ? layout.plain(X) : layout.blocked(X);
  const lanesLast = layout.intoBlocks(layout.reshape(source, [blocks, block, 1, inputs * pixels]));
  const ordered =
    inputs < block
      ? inputsBehind(lanesLast, [blocks, inputs, pixels, block], layout)
      : layout.exchangeFirst(lanesLast, [blocks, groups, pixels * block * block]);
  const width = lanes.inputs * block;
  return framed(layout.reshape(ordered, [groups * blocks, rows.input, columns.input * width]), job, { width, layout });
}

/** [groups, rows of a part, columns · inputs · lanes]: parts reach over each other's rows */
function partsInLanes(job: KernelGradient, lanes: Lanes, layout: BlockedLayout): string {
  const { X, images, inputs, rows, columns } = job;
  const { block } = layout;
  const isFew = inputs < block;
  const [pile, deep] = isFew ? [inputs, 1] : [lanes.groups, block];
  const source = isFew ? layout.plain(X) : layout.blocked(X);
  const apart = layout.reshape(source, [images * pile, rows.input, columns.input * deep]);
  const padded = framed(apart, job, { width: deep, layout });
  const [height, width] = [partReach(job, lanes), reach(columns)];
  const step = (rows.output / lanes.parts) * rows.stride;
  const parts = range(lanes.parts).map((at) =>
    layout.reshape(rowsFrom(padded, at * step, height, layout), [images, 1, pile * height * width * deep]),
  );
  const joined = layout.emit("Concat", parts, { axis: { kind: "int", value: 1 } });
  const lanesLast = layout.intoBlocks(layout.reshape(joined, [1, block, 1, pile * height * width * deep]));
  const ordered = isFew ? inputsBehind(lanesLast, [1, inputs, height * width, block], layout) : lanesLast;
  return layout.reshape(ordered, [lanes.groups, height, width * lanes.inputs * block]);
}

/** Rows of [pile, rows, ...]. */
function rowsFrom(name: string, first: number, count: number, layout: BlockedLayout): string {
  const bounds = [[first], [first + count], [1]];
  return layout.emit("Slice", [name, ...bounds.map((values) => layout.ints(values))]);
}

/** [blocks, inputs, pixels, lanes] to [blocks, pixels, inputs, lanes] */
const inputsBehind = (name: string, extents: readonly number[], layout: BlockedLayout): string =>
  layout.transpose(layout.reshape(name, extents), [0, 2, 1, 3]);

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

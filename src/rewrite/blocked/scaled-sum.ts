import { sizeOf } from "../../base/shape.ts";
import { floats } from "../../base/tensor.ts";
import type { Node } from "../../onnx/graph.ts";
import { type BlockedLayout, NCHWC } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";
import { convAttributes } from "./window-attributes.ts";

/** Fewer numbers are not worth it. */
const FEWEST = 2 ** 16;

/** How many rows the numbers are laid out in: threads take rows each. */
const rowCounts = [64, 32, 16, 8, 4, 2];

/**
 * W − s·V, the update of a weight, in one pass and without s·V in memory: a convolution of V in blocks with −s for each
 * channel, summed onto W. No number depends on its place, so any tensor counts as a picture of one block of channels. The
 * output keeps that shape; where it goes, only its numbers matter.
 */
export const scaledSum: BlockedRule = (node, layout) => {
  const [W = "", product = ""] = node.inputs;
  const [output = ""] = node.outputs;
  const scaled = scaledBy(layout.maker(product), layout);
  const shape = layout.shape(W);
  if (!scaled || !shape || layout.onlyReader(product) !== node) return false;
  // Who reads it expects the shape that it had.
  if (!layout.isOutput(output) || layout.readers(output).length > 0) return false;
  if (shape.join() !== layout.shape(scaled.V)?.join() || shape.join() !== layout.shape(output)?.join()) return false;
  const extents = pictureOf(sizeOf(shape), layout.block);
  if (!extents) return false;
  const minus = layout.constant(floats(new Float32Array(layout.block).fill(-1), [layout.block, 1, 1, 1]));
  const kernel = layout.emit("Mul", [layout.plain(scaled.s), minus]);
  const inputs = [
    layout.reshape(layout.plain(scaled.V), extents),
    kernel,
    "",
    layout.reshape(layout.plain(W), extents),
  ];
  layout.emit("Conv", inputs, convAttributes({ group: layout.block, kernel: [1, 1] }), {
    domain: NCHWC,
    output,
    like: node,
  });
  return layout.giveOut(output, extents);
};

/** The factors of a product with a single number. */
function scaledBy(
  node: Node | undefined,
  layout: BlockedLayout,
): { readonly V: string; readonly s: string } | undefined {
  if (node?.op !== "Mul" || node.domain !== "") return undefined;
  const [first = "", second = ""] = node.inputs;
  const isNumber = (name: string) => layout.shape(name)?.length === 0;
  if (isNumber(second)) return { V: first, s: second };
  return isNumber(first) ? { V: second, s: first } : undefined;
}

/** [1, block, rows, columns] for so many numbers, undefined where they make none. */
function pictureOf(size: number, block: number): readonly number[] | undefined {
  const rows = rowCounts.find((count) => size % (block * count) === 0);
  return size < FEWEST || rows === undefined ? undefined : [1, block, rows, size / block / rows];
}

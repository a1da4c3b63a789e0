import { describe, expect, test } from "vitest";
import { apart, drawFeeds, engineBlock, whyNotRun } from "../../../test/fixtures/blocked.ts";
import { runInOnnxruntime } from "../../../test/reference/onnxruntime.ts";
import { backward } from "../../autodiff/backward.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import type { Graph } from "../../onnx/graph.ts";
import type { AttributeOptions } from "../../onnx/ops.ts";
import { blockChannels } from "./block-channels.ts";
import { NCHWC } from "./layout.ts";

const engine = await engineBlock();

interface Case {
  /** In a batch: of how many, by the size of a block. */
  readonly images?: (block: number) => number;
  readonly inputs?: (block: number) => number;
  readonly outputs?: (block: number) => number;
  readonly size?: readonly [number, number];
  readonly kernel?: readonly [number, number];
  readonly attributes?: AttributeOptions<"Conv">;
}

const same = { pads: [1, 1, 1, 1] };

const fitting: Readonly<Record<string, Case>> = {
  "one block of each": { attributes: same },
  "several blocks": { inputs: (b) => 2 * b, outputs: (b) => 3 * b, attributes: same },
  "inputs of a picture": { inputs: () => 3, attributes: same },
  "one input, a stride": { inputs: () => 1, size: [8, 7], attributes: { ...same, strides: [2, 2] } },
  "two blocks of images": { images: (b) => 2 * b, inputs: (b) => 2 * b, outputs: (b) => 2 * b, attributes: same },
  "two blocks of pictures": { images: (b) => 2 * b, inputs: () => 3, attributes: same },
  "half a block of images": { images: (b) => b / 2, size: [6, 5], inputs: (b) => 2 * b, attributes: same },
  "half a block of pictures": { images: (b) => b / 2, size: [6, 5], inputs: () => 3, attributes: same },
  "one image": { images: () => 1, size: [16, 4], outputs: (b) => 2 * b, attributes: same },
  "one image, strides": {
    images: () => 1,
    size: [32, 9],
    inputs: (b) => 2 * b,
    attributes: { ...same, strides: [2, 3] },
  },
  "no padding": { size: [6, 7] },
  "padding at one side": { attributes: { pads: [0, 2, 1, 0] } },
  strides: { size: [8, 9], attributes: { ...same, strides: [2, 2] } },
  "strides that leave the last inputs out": { size: [8, 10], attributes: { strides: [2, 3] } },
  "strides that leave them out, half a block of images": {
    images: (b) => b / 2,
    size: [10, 10],
    attributes: { strides: [2, 3] },
  },
  "7x7, stride 2, of a picture": {
    inputs: () => 3,
    size: [14, 12],
    kernel: [7, 7],
    attributes: { pads: [3, 3, 3, 3], strides: [2, 2] },
  },
  "5x2": { size: [6, 7], kernel: [5, 2], attributes: { pads: [2, 1, 2, 0] } },
  "1x3": { kernel: [1, 3], attributes: { pads: [0, 1, 0, 1] } },
  "3x1": { kernel: [3, 1], attributes: { pads: [1, 0, 1, 0] } },
  "an odd one out of 4": { kernel: [4, 4], attributes: { pads: [1, 2, 2, 1] } },
};

const others: Readonly<Record<string, Case>> = {
  "one image more": { images: (b) => b + 1, attributes: same },
  "rows that do not part evenly": { images: (b) => b / 2, size: [5, 5], attributes: same },
  "outputs in no whole blocks": { outputs: (b) => b + 1, attributes: same },
  "inputs in no whole blocks": { inputs: (b) => b + 1, attributes: same },
  "two groups": { inputs: (b) => 2 * b, outputs: (b) => 2 * b, attributes: { ...same, group: 2 } },
  dilation: { size: [6, 6], attributes: { dilations: [2, 2] } },
  "one pixel": { kernel: [1, 1] },
};

/** dW of a convolution, on its own. @param layout whether it is made for blocks */
function gradient(row: Case, block: number, { layout = true }: { readonly layout?: boolean } = {}): Graph {
  const { images = (b) => b, inputs = (b) => b, outputs = (b) => b, size = [5, 6], kernel = [3, 3] } = row;
  const { attributes = {} } = row;
  const g = graphBuilder({ name: "gradient" });
  const X = g.input("X", "float32", [images(block), inputs(block), ...size]);
  const W = g.input("W", "float32", [outputs(block), inputs(block) / (attributes.group ?? 1), ...kernel]);
  const Y = g.Conv(X, W, undefined, attributes);
  const nodes = g.nodes();
  const seed = g.input("dY", "float32", Y.shape);
  const dW = backward(g, { nodes, output: Y, wrt: ["W"], seed, block: layout ? block : undefined });
  return g.build([g.named("dW", dW.get("W") ?? W)]);
}

/** How many convolutions on blocks have a kernel of one row; the forward pass is not there. */
const lanes = (graph: Graph | undefined) =>
  graph?.nodes.filter(({ op, domain, attributes: { kernel_shape: kernel } }) => {
    return op === "Conv" && domain === NCHWC && kernel?.kind === "ints" && kernel.value[0] === 1;
  }).length ?? 0;

describe.each(Object.entries(fitting))("%s", (_, row) => {
  test("is convolutions of images in lanes: one, or one for each row of the kernel where inputs are many", () => {
    for (const block of [8, 16]) {
      const graph = gradient(row, block);
      const blocked = blockChannels(graph, { block });
      const isFew = (row.inputs?.(block) ?? block) <= block;
      expect(lanes(blocked)).toBe(isFew ? 1 : (row.kernel?.[0] ?? 3));
      expect(blocked?.nodes.filter(({ op, domain }) => op === "Conv" && domain === "")).toEqual([]);
    }
  });

  test.skipIf(engine === undefined)(`is the gradient (skipped where ${whyNotRun})`, async () => {
    const block = engine ?? 8;
    const plain = gradient(row, block, { layout: false });
    const blocked = blockChannels(gradient(row, block), { block });
    if (!blocked) throw new Error("nothing was rewritten");
    const feeds = drawFeeds(plain);
    const [wanted, got] = [await runInOnnxruntime(plain, feeds), await runInOnnxruntime(blocked, feeds)];
    expect(wanted.dW && apart(got.dW, wanted.dW)).toBeLessThan(1e-5);
  });
});

test.each(Object.entries(others))("%s: has no images in lanes", (_, row) => {
  for (const block of [8, 16]) {
    const graph = gradient(row, block);
    expect(graph.nodes.map(({ op }) => op)).toEqual(gradient(row, block, { layout: false }).nodes.map(({ op }) => op));
    expect(lanes(blockChannels(graph, { block }))).toBe(0);
  }
});

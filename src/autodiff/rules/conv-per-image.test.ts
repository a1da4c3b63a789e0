import { expect, test } from "vitest";
import type { Shape } from "../../base/shape.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import type { Node } from "../../onnx/graph.ts";
import { type AttributeOptions, attributesOf } from "../../onnx/ops.ts";
import { backward } from "../backward.ts";

/** The convolution that gives the gradient of a kernel of 3x3. */
function gradientConv(X: Shape, attributes: AttributeOptions<"Conv">): Node | undefined {
  const g = graphBuilder();
  const Y = g.Conv(
    g.input("X", "float32", X),
    g.input("W", "float32", [4, 4 / (attributes.group ?? 1), 3, 3]),
    attributes,
  );
  const seed = g.input("dY", "float32", Y.shape);
  const forward = g.nodes();
  backward(g, { nodes: forward, output: Y, wrt: ["W"], seed });
  return g.nodes().find(({ op }, at) => op === "Conv" && at >= forward.length);
}

const groupsOf = (node: Node | undefined): number | undefined => node && attributesOf("Conv", node.attributes).group;

test("each channel of each image is a group of its own where the batch is known", () => {
  expect(groupsOf(gradientConv([3, 4, 6, 6], { group: 4 }))).toBe(12);
});

test("of a batch that is not known the channels are the groups, and images are summed within", () => {
  expect(groupsOf(gradientConv(["N", 4, 6, 6], { group: 4 }))).toBe(4);
});

test("so they are where the last inputs are never read: one convolution would give a kernel too large", () => {
  expect(groupsOf(gradientConv([3, 4, 6, 6], { group: 4, strides: [2, 2] }))).toBe(4);
});

test.each([
  ["all channels", 1],
  ["groups of channels", 2],
])("kernels over %s are not taken image by image", (_, group) => {
  expect(groupsOf(gradientConv([3, 4, 6, 6], { group }))).toBe(group);
});

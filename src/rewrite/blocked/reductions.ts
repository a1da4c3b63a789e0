import { floats, numbersOf } from "../../base/tensor.ts";
import type { Node } from "../../onnx/graph.ts";
import { type BlockedLayout, NCHWC } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";

/** GlobalAveragePool: [N, C, 1, 1]. */
export const globalAverage: BlockedRule = (node, layout) => {
  const [X = ""] = node.inputs;
  if (!layout.isBlocked(X)) return false;
  return layout.define(node.outputs[0] ?? "", average(X, layout));
};

/** A sum or mean over height and width, and over the batch as well: the gradient of a bias. */
export const reduction: BlockedRule = (node, layout) => {
  const [X = "", axes = ""] = node.inputs;
  const picture = layout.picture(X);
  const constant = layout.constantOf(axes);
  if (!picture || !constant || !layout.isBlocked(X)) return false;
  const [n, c, h, w] = picture;
  const over = numbersOf(constant)
    .map((axis) => (axis < 0 ? axis + 4 : axis))
    .sort((a, b) => a - b)
    .join();
  const [output = ""] = node.outputs;
  const extents = layout.shape(output);
  if ((over !== "2,3" && over !== "0,2,3") || !extents) return false;
  const means = layout.reshape(average(X, layout), [n, c]);
  const factor = node.op === "ReduceSum" ? h * w : 1;
  const scaled = factor === 1 ? means : layout.emit("Mul", [means, layout.constant(floats([factor], []))]);
  const reduced =
    over === "2,3" ? scaled : layout.emit(node.op, [scaled, layout.ints([0])], { keepdims: { kind: "int", value: 0 } });
  layout.emit("Reshape", [reduced, layout.ints(extents)], {}, { output });
  return layout.definePlain(output);
};

const average = (X: string, layout: BlockedLayout): string =>
  layout.emit("GlobalAveragePool", [layout.blocked(X)], {}, { domain: NCHWC });

export const isSum = ({ op }: Node): boolean => op === "ReduceSum";

import type { Attributes, Node } from "../../onnx/graph.ts";
import { attributesOf } from "../../onnx/ops.ts";
import { NCHWC } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";

/** MaxPool of what lies in blocks, each channel for itself. Its indices would count blocked places, so there must be none. */
export const maxPool: BlockedRule = (node, layout) => {
  const [X = ""] = node.inputs;
  const [Y = "", ...indices] = node.outputs;
  const attributes = attributesOf("MaxPool", node.attributes);
  const isSimple = attributes.auto_pad === "NOTSET" && attributes.ceil_mode === 0 && !indices.some(Boolean);
  if (!isSimple || !layout.picture(Y) || !layout.isBlocked(X)) return false;
  const made = layout.emit("MaxPool", [layout.blocked(X)], poolAttributes(node), { domain: NCHWC, like: node });
  return layout.define(Y, made);
};

function poolAttributes(node: Node): Attributes {
  const { kernel_shape = [], strides, pads, dilations } = attributesOf("MaxPool", node.attributes);
  const ints = (value: readonly number[]) => ({ kind: "ints", value }) as const;
  return {
    kernel_shape: ints(kernel_shape),
    strides: ints(strides ?? [1, 1]),
    pads: ints(pads ?? [0, 0, 0, 0]),
    dilations: ints(dilations ?? [1, 1]),
  };
}

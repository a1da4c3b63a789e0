import { attributesOf } from "../../onnx/ops.ts";
import { NCHWC } from "./layout.ts";
import type { BlockedRule } from "./rule.ts";
import { poolAttributes } from "./window-attributes.ts";

/** MaxPool of what lies in blocks, each channel for itself. Its indices would count blocked places, so there must be none. */
export const maxPool: BlockedRule = (node, layout) => {
  const [X = ""] = node.inputs;
  const [Y = "", ...indices] = node.outputs;
  const attributes = attributesOf("MaxPool", node.attributes);
  const isSimple = attributes.auto_pad === "NOTSET" && attributes.ceil_mode === 0 && !indices.some(Boolean);
  if (!isSimple || !layout.picture(Y) || !layout.isBlocked(X)) return false;
  const { kernel_shape: kernel = [], pads, strides, dilations } = attributes;
  const window = poolAttributes({ kernel, pads, strides, dilations });
  const made = layout.emit("MaxPool", [layout.blocked(X)], window, { domain: NCHWC, like: node });
  return layout.define(Y, made);
};

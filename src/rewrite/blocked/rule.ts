import type { Node } from "../../onnx/graph.ts";
import type { BlockedLayout } from "./layout.ts";

/** Writes a node for blocked tensors; false where it cannot, or where that is not worth it: the node stays plain. */
export type BlockedRule = (node: Node, layout: BlockedLayout) => boolean;

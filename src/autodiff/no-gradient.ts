import { GraphError } from "../base/errors.ts";
import type { Node } from "../onnx/graph.ts";

/** A node in the way of a gradient that cannot pass it. Code "no-gradient". */
export class NoGradient extends GraphError {
  readonly node: Node;
  readonly reason: string;

  /** @param reason completes "no gradient, because ..." */
  constructor(node: Node, reason: string) {
    const op = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
    super("no-gradient", `No gradient passes ${op} (node "${node.name}"): ${reason}.`, {
      hint: `Train only what comes after "${node.name}": freeze the graph up to and including it.`,
    });
    this.node = node;
    this.reason = reason;
  }
}

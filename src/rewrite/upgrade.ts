import { GraphError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Node } from "../onnx/graph.ts";
import type { Known } from "../onnx/shapes/known.ts";
import { labelOf } from "./names.ts";

/** What an upgrade may ask of the graph around its node. */
export interface UpgradeContext {
  /** A tensor or node name that is free. */
  fresh(stem: string): string;
  /** Adds an initializer and returns its name. */
  constant(stem: string, value: Tensor): string;
  /** What is known of a tensor that was made before this node. */
  known(name: string): Known | undefined;
  /** Whether a node reads the tensor, or the graph gives it out. */
  isRead(name: string): boolean;
}

/** Rewrites a node written for an opset below `before` into the form of `before`. */
export interface Upgrade {
  readonly before: number;
  readonly apply: (node: Node, context: UpgradeContext) => readonly Node[];
}

/** Adds a node and returns the name of its output, which is `output` where that is given. */
export type Emit = (
  op: string,
  inputs: readonly string[],
  attributes?: Node["attributes"],
  output?: string | undefined,
) => string;

/** An upgrade to several nodes of other ops. The one that makes the node's first output, the last, keeps its name. */
export const written =
  (write: (emit: Emit, node: Node, context: UpgradeContext) => void): Upgrade["apply"] =>
  (node, context) => {
    const nodes: Node[] = [];
    const emit: Emit = (op, inputs, attributes = {}, output = context.fresh(`${node.outputs[0]}.${op}`)) => {
      const name = output === node.outputs[0] ? node.name : context.fresh(`${labelOf(node)}.${op}`);
      nodes.push({ name, op, domain: "", inputs, outputs: [output], attributes });
      return output;
    };
    write(emit, node, context);
    return nodes;
  };

export function intOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

export function floatOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === "float" ? attribute.value : fallback;
}

export function refused(node: Node, what: string, value: string | number, meaning: string): GraphError {
  return new GraphError(
    "unsupported-attribute",
    `${node.op} "${labelOf(node)}" has ${what} = ${value}: ${meaning}, which Regraft does not handle.`,
    { hint: "Export the model for inference (eval mode) and at a newer opset." },
  );
}

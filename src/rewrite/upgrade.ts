import { ModelError } from "../base/errors.ts";
import { ints, type Tensor } from "../base/tensor.ts";
import type { Attribute, Node } from "../onnx/graph.ts";
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

/** Attribute `name` becomes input number `at`, made by `toTensor`; left out where the node does not carry it. */
export function attributeToInput(name: string, at: number, toTensor: (value: Attribute) => Tensor = int64Tensor) {
  return (node: Node, { constant }: UpgradeContext): Node => {
    const { [name]: value, ...attributes } = node.attributes;
    if (value === undefined) return node;
    const inputs = Array.from({ length: Math.max(at + 1, node.inputs.length) }, (_, i) => node.inputs[i] ?? "");
    inputs[at] = constant(`${labelOf(node)}.${name}`, toTensor(value));
    return { ...node, inputs, attributes };
  };
}

function int64Tensor(value: Attribute): Tensor {
  return ints(value.kind === "ints" ? value.value : value.kind === "int" ? [value.value] : []);
}

/** An old form that nothing of today computes. */
export function refused(node: Node, what: string, value: string | number, meaning: string): ModelError {
  return new ModelError(
    "unsupported-attribute",
    `${node.op} "${labelOf(node)}" has ${what} = ${value}: ${meaning}, which Regraft does not handle.`,
    { hint: "Export the model for inference (eval mode) and at a newer opset." },
  );
}

import type { Node } from "../onnx/graph.ts";
import { bareName, isVariadic, specOf } from "../onnx/ops.ts";
import { nameAt } from "./context.ts";

/** What a node in the backward pass is there for. */
export interface GradientPart {
  /** The name of the forward node, or of its first output where it has none. */
  readonly of: string;
  /** ONNX's name of the input whose gradient it is; "sum" where gradients meet at an input. */
  readonly part: string;
}

/**
 * What stands in front of the names of the nodes that make the gradient of one input of a node: "/conv1/Conv/grad_W". A
 * profile, or a person who looks at the graph, can tell by it what they belong to.
 *
 * @param at which input, or "sum" for what adds its gradient to others
 */
export function gradientScope(node: Node, at: number | "sum"): string {
  const of = node.name === "" ? (node.outputs[0] ?? node.op) : node.name;
  return `${of}/grad_${at === "sum" ? at : inputName(node, at)}`;
}

/** ONNX's name of input number `at`; with the number, where it is one of many. */
export function inputName(node: Node, at: number): string {
  const slot = nameAt(specOf(node)?.inputs ?? [], at);
  if (slot === undefined) return String(at);
  return isVariadic(slot) ? `${bareName(slot)}_${at}` : bareName(slot);
}

/** The other way round, from the name of a node; undefined for a node that is no part of a gradient. */
export function gradientPart(name: string): GradientPart | undefined {
  const [, of, part] = /^(.+)\/grad_(\w+)\//.exec(name) ?? [];
  return of === undefined || part === undefined ? undefined : { of, part };
}

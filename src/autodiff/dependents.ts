import { type DType, isFloat } from "../base/dtype.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { entryFor } from "./context.ts";
import { none } from "./rule.ts";

interface DependentsOptions {
  /** Names of tensors. */
  readonly wrt: Iterable<string>;
  readonly dtypeOf: (name: string) => DType;
}

/**
 * Names of the float tensors through which `wrt` can reach further down, itself among them.
 *
 * @param nodes in topological order
 */
export function dependents(nodes: readonly Node[], { wrt, dtypeOf }: DependentsOptions): ReadonlySet<string> {
  const found = new Set(wrt);
  for (const node of nodes) {
    const reached = node.inputs.some((name, at) => found.has(name) && entryFor(node, at) !== none);
    if (!reached) continue;
    for (const name of node.outputs) if (name !== "" && isFloat(dtypeOf(name))) found.add(name);
  }
  return found;
}

/** The same in a graph that is complete. */
export function dependentsIn(graph: Graph, wrt: Iterable<string>): ReadonlySet<string> {
  const known = inferShapes(graph);
  return dependents(graph.nodes, { wrt, dtypeOf: (name) => known.get(name)?.dtype ?? "float32" });
}

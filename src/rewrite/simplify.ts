import type { Graph, Node } from "../onnx/graph.ts";
import { foldConstants } from "./fold-constants.ts";
import { withoutIdleCasts } from "./idle-casts.ts";
import { prune } from "./prune.ts";

/**
 * Folds constants, takes out Identity nodes and Casts that change nothing, and prunes. Inputs and outputs keep their
 * names, the function stays.
 */
export function simplify(graph: Graph): Graph {
  return prune(withoutIdentities(withoutIdleCasts(foldConstants(graph))));
}

/**
 * Joins the two tensors around each Identity. Where the Identity names a graph output, the tensor before it takes that
 * name; it stays where both are already public names.
 */
export function withoutIdentities(graph: Graph): Graph {
  const replaced = new Map<string, string>();
  const final = (name: string): string => {
    const next = replaced.get(name);
    return next === undefined ? name : final(next);
  };
  const fixed = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  for (const name of graph.initializers.keys()) fixed.add(name);
  const kept = graph.nodes.filter((node) => {
    const [input, output] = [final(node.inputs[0] ?? ""), node.outputs[0] ?? ""];
    if (node.op !== "Identity" || node.domain !== "" || (fixed.has(input) && fixed.has(output))) return true;
    if (fixed.has(output)) replaced.set(input, output);
    else replaced.set(output, input);
    return false;
  });
  return { ...graph, nodes: kept.map((node) => renamed(node, final)) };
}

const renamed = (node: Node, final: (name: string) => string): Node => ({
  ...node,
  inputs: node.inputs.map(final),
  outputs: node.outputs.map(final),
});

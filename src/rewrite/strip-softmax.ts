import type { Graph } from "../onnx/graph.ts";
import { findHead } from "./find-head.ts";
import { prune } from "./prune.ts";

/**
 * The graph without the Softmax or LogSoftmax at its end: its output becomes the logits. A graph without one is
 * returned as it is. Where the Softmax made the output, the output takes the name of the logits.
 *
 * @throws {GraphError} "no-head"
 */
export function stripSoftmax(graph: Graph): Graph {
  const { softmax, logits } = findHead(graph);
  if (!softmax) return graph;
  const activation = graph.nodes.find(({ op, inputs }) => op.endsWith("Softmax") && inputs[0] === logits);
  const [removed = ""] = activation?.outputs ?? [];
  const joined = (name: string) => (name === removed ? logits : name);
  const nodes = graph.nodes
    .filter((node) => node !== activation)
    .map((node) => (node.inputs.includes(removed) ? { ...node, inputs: node.inputs.map(joined) } : node));
  const outputs = graph.outputs.map((output) => ({ ...output, name: joined(output.name) }));
  return prune({ ...graph, nodes, outputs });
}

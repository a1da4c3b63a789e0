import type { Graph } from "../onnx/graph.ts";
import { prune } from "./prune.ts";
import { classOutput, trailingChain } from "./trailing.ts";

/**
 * The graph without the Softmax or LogSoftmax at its end: its output becomes the logits. A graph without one is
 * returned as it is. Where the Softmax made the output, the output takes the name of the logits.
 */
export function stripSoftmax(graph: Graph): Graph {
  const { behind } = trailingChain(graph, classOutput(graph).name);
  const activation = behind.find(({ op }) => op === "Softmax" || op === "LogSoftmax");
  const [logits, removed] = [activation?.inputs[0], activation?.outputs[0]];
  if (logits === undefined || removed === undefined) return graph;
  const joined = (name: string) => (name === removed ? logits : name);
  const nodes = graph.nodes
    .filter((node) => node !== activation)
    .map((node) => (node.inputs.includes(removed) ? { ...node, inputs: node.inputs.map(joined) } : node));
  const outputs = graph.outputs.map((output) => ({ ...output, name: joined(output.name) }));
  return prune({ ...graph, nodes, outputs });
}

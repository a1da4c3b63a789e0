import type { Graph, Node } from "../onnx/graph.ts";
import { prune } from "./prune.ts";
import { classOutput, roleOf, trailingChain } from "./trailing.ts";

/**
 * The graph without the Softmax, LogSoftmax or Sigmoid at its end: its output becomes the logits. A graph without one
 * is returned as it is. Where the activation made the output, the output takes the name of the logits.
 */
export function stripSoftmax(graph: Graph): Graph {
  const activation = activationOf(graph);
  const [logits, removed] = [activation?.inputs[0], activation?.outputs[0]];
  if (logits === undefined || removed === undefined) return graph;
  const joined = (name: string) => (name === removed ? logits : name);
  const nodes = graph.nodes
    .filter((node) => node !== activation)
    .map((node) => (node.inputs.includes(removed) ? { ...node, inputs: node.inputs.map(joined) } : node));
  const outputs = graph.outputs.map((output) => ({ ...output, name: joined(output.name) }));
  return prune({ ...graph, nodes, outputs });
}

/** The op that makes scores of the logits: Softmax, LogSoftmax, Sigmoid, or none. */
export const lastActivation = (graph: Graph): string | undefined => activationOf(graph)?.op;

const activationOf = (graph: Graph): Node | undefined =>
  trailingChain(graph, classOutput(graph).name).behind.find((node) => roleOf(node) === "activation");

import type { Graph, Node } from "../onnx/graph.ts";
import { freshNames, tensorNames } from "./names.ts";
import { slotOf } from "./weight-slots.ts";

const statistics: ReadonlySet<string | undefined> = new Set(["input_mean", "input_var"]);

const isStatistic = (node: Node, at: number): boolean =>
  node.op === "BatchNormalization" && statistics.has(slotOf(node, at));

/**
 * Gives each BatchNormalization running statistics of its own. An exporter that finds two equal tensors keeps one of
 * them, and before training all statistics are equal, and equal to scales and biases; once they follow the batches,
 * they are not.
 */
export function withOwnStatistics(graph: Graph): Graph {
  const fresh = freshNames(tensorNames(graph));
  const initializers = new Map(graph.initializers);
  const taken = new Set(graph.nodes.flatMap((node) => node.inputs.filter((_, at) => !isStatistic(node, at))));
  const own = (name: string): string => {
    const value = initializers.get(name);
    if (!value) return name;
    const unique = taken.has(name) ? fresh(name) : name;
    initializers.set(unique, value);
    taken.add(unique);
    return unique;
  };
  const nodes = graph.nodes.map((node) =>
    node.op === "BatchNormalization"
      ? { ...node, inputs: node.inputs.map((name, at) => (isStatistic(node, at) ? own(name) : name)) }
      : node,
  );
  return { ...graph, nodes, initializers };
}

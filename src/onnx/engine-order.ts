import { type Graph, type Node, producers } from "./graph.ts";

/**
 * The nodes in the order in which onnxruntime runs them, which is not the order of the file: from each node that nobody
 * reads, the last one first, it goes back to what that node needs. So the update of a weight runs as soon as its gradient is
 * there, and gradients do not wait for each other in memory.
 *
 * @see onnxruntime's GraphViewer (ExecutionOrder::DEFAULT) and Graph::ReverseDFSFrom
 */
export function engineOrder(graph: Graph): readonly Node[] {
  const makers = producers(graph);
  const places = new Map(graph.nodes.map((node, at) => [node, at]));
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const needed = ({ inputs }: Node) =>
    [...new Set(inputs.flatMap((name) => makers.get(name) ?? []))].sort(
      (a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0),
    );
  const visited = new Set<Node>();
  const order: Node[] = [];
  const stack = graph.nodes
    .filter(({ outputs }) => !outputs.some((name) => read.has(name)))
    .map((node) => ({ node, isReady: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, isReady } = top;
    if (isReady) order.push(node);
    else if (!visited.has(node)) {
      visited.add(node);
      stack.push({ node, isReady: true }, ...needed(node).map((input) => ({ node: input, isReady: false })));
    }
  }
  return order;
}

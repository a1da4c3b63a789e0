import { type Graph, producers } from "../onnx/graph.ts";

/** Keeps only the nodes, initializers and inputs that the outputs need. */
export function prune(graph: Graph): Graph {
  const needed = ancestors(
    graph,
    graph.outputs.map(({ name }) => name),
  );
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => needed.has(name)),
    nodes: graph.nodes.filter(({ outputs }) => outputs.some((name) => needed.has(name))),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  };
}

/** The names of all tensors that `targets` are computed from, themselves included, and their siblings' names. */
export function ancestors(graph: Graph, targets: readonly string[]): ReadonlySet<string> {
  const makers = producers(graph);
  const needed = new Set<string>();
  const open = [...targets];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === "" || needed.has(name)) continue;
    needed.add(name);
    open.push(...(makers.get(name)?.inputs ?? []));
  }
  return needed;
}

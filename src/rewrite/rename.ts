import { GraphError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Graph, ValueInfo } from "../onnx/graph.ts";
import { tensorNames } from "./names.ts";

/**
 * Gives a tensor another name, wherever it occurs.
 *
 * @throws {GraphError} "no-such-node" where there is no such tensor, "bad-graph" where the new name is taken
 */
export function renameTensor(graph: Graph, from: string, to: string): Graph {
  const names = tensorNames(graph);
  if (!names.has(from))
    throw new GraphError("no-such-node", `The graph has no tensor "${from}".`, suggestion(from, names));
  if (from === to) return graph;
  if (names.has(to)) throw new GraphError("bad-graph", `The graph has a tensor "${to}" already.`);
  const renamed = (name: string) => (name === from ? to : name);
  const value = (info: ValueInfo): ValueInfo => ({ ...info, name: renamed(info.name) });
  return {
    ...graph,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    nodes: graph.nodes.map((node) =>
      node.inputs.includes(from) || node.outputs.includes(from)
        ? { ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) }
        : node,
    ),
    initializers: graph.initializers.has(from)
      ? new Map([...graph.initializers].map(([name, tensor]) => [renamed(name), tensor]))
      : graph.initializers,
  };
}

/**
 * Names the only input and the only output of a graph.
 *
 * @throws {GraphError} "bad-graph" where there are several, or a name is taken
 */
export function withIo(
  graph: Graph,
  { input, output, ...rest }: { readonly input: string; readonly output: string },
): Graph {
  refuseUnknown("withIo", rest);
  const [oldInput, ...inputs] = graph.inputs;
  const [oldOutput, ...outputs] = graph.outputs;
  if (!oldInput || !oldOutput || inputs.length + outputs.length > 0) {
    throw new GraphError(
      "bad-graph",
      `A model to be saved has one input and one output; this graph has ${graph.inputs.length} and ${graph.outputs.length}.`,
    );
  }
  return renameTensor(renameTensor(graph, oldInput.name, input), oldOutput.name, output);
}

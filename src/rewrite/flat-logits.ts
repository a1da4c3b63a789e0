import { ints } from "../base/tensor.ts";
import type { Graph } from "../onnx/graph.ts";
import { withInferredOutputs } from "./input.ts";
import { freshNames, tensorNames } from "./names.ts";

/** The graph with scores [N, C, 1, 1], [N, 1, C] and the like given out as [N, C]; others as they are. */
export function flatLogits(graph: Graph): Graph {
  const [output, ...others] = graph.outputs;
  const [, ...extents] = output?.shape ?? [];
  const [classes = 1, ...wide] = extents.filter((extent) => extent !== 1);
  if (!output || others.length > 0 || extents.length < 2 || wide.length > 0 || typeof classes !== "number")
    return graph;
  const fresh = freshNames(tensorNames(graph));
  const [own, target] = [fresh(`${output.name}.own`), fresh(`${output.name}.shape`)];
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === output.name ? own : name)),
    outputs: node.outputs.map((name) => (name === output.name ? own : name)),
  }));
  const flatten = { name: fresh("flat"), op: "Reshape", domain: "", attributes: {} } as const;
  return withInferredOutputs({
    ...graph,
    nodes: [...nodes, { ...flatten, inputs: [own, target], outputs: [output.name] }],
    initializers: new Map([...graph.initializers, [target, ints([-1, classes])]]),
  });
}

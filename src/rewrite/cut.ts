import { GraphError } from "../base/errors.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Graph } from "../onnx/graph.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { prune } from "./prune.ts";

/**
 * The part of the graph that computes `tensor`, with that tensor as its only output.
 *
 * @throws {GraphError} "no-such-node" where no tensor has this name
 */
export function cut(graph: Graph, tensor: string): Graph {
  const known = inferShapes(graph);
  const info = known.get(tensor);
  if (!info)
    throw new GraphError("no-such-node", `The graph has no tensor "${tensor}".`, suggestion(tensor, known.keys()));
  const { name, dtype, shape } = info;
  return prune({ ...graph, outputs: [{ name, dtype, shape }] });
}

import { extend } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { backward } from "./backward.ts";
import { NoGradient } from "./no-gradient.ts";

export interface GradientStop {
  readonly node: Node;
  /** Completes "no gradient, because ...". */
  readonly reason: string;
}

/**
 * The last node, nearest to `output`, that a gradient on its way from `output` to `wrt` cannot pass; undefined where
 * every gradient arrives. All that comes after it can be trained. Finds out by differentiating a copy, so that
 * attributes and shapes count, not only ops.
 *
 * @param output name of a tensor of any shape
 * @throws {GraphError} "bad-graph" where a name is not in the graph, "bad-shape" where a shape is needed and not known
 */
export function whereGradientStops(
  graph: Graph,
  { output, wrt }: { readonly output: string; readonly wrt: readonly string[] },
): GradientStop | undefined {
  const g = extend(graph, { prefix: "gradient-stops." });
  const from = g.value(output);
  const seed = g.input("gradient-stops.seed", from.dtype, from.shape);
  try {
    backward(g, { nodes: graph.nodes, output: from, wrt, seed });
    return undefined;
  } catch (error) {
    if (error instanceof NoGradient) return { node: error.node, reason: error.reason };
    throw error;
  }
}

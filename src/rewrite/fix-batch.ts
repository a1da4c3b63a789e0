import type { Dim } from "../base/shape.ts";
import type { Graph } from "../onnx/graph.ts";
import { BATCH } from "./input.ts";

/** The graph for batches of one size alone: shapes that were known up to the batch are numbers. */
export function fixBatch(graph: Graph, batch: number): Graph {
  const fixed = (dim: Dim): Dim => (dim === BATCH ? batch : dim);
  const inputs = graph.inputs.map((input) => ({ ...input, shape: input.shape?.map(fixed) }));
  return { ...graph, inputs, outputs: graph.outputs.map((output) => ({ ...output, shape: output.shape?.map(fixed) })) };
}

import { engineOrder } from "../onnx/engine-order.ts";
import { footprint } from "../onnx/memory.ts";
import { BATCH } from "../rewrite/input.ts";
import type { TrainingProgram } from "./training-program.ts";

/**
 * What no run of a step can do with less of, in bytes: weights, state, and activations once.
 *
 * @throws {GraphError} "bad-shape" · "bad-graph"
 */
export function leastBytes({ step }: TrainingProgram, batch: number): number {
  const graph = { ...step.graph, nodes: engineOrder(step.graph) };
  const elsewhere = Object.keys(step.updates);
  const { constantBytes, inputBytes, peakBytes } = footprint(graph, { extents: { [BATCH]: batch }, elsewhere });
  return constantBytes + inputBytes + peakBytes;
}

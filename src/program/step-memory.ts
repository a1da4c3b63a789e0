import type { Graph } from "../onnx/graph.ts";
import { footprint } from "../onnx/memory.ts";
import { BATCH } from "../rewrite/input.ts";
import type { Program, TrainingProgram } from "./training-program.ts";

/** What a training step takes in the engine's memory, in bytes, as foreseen from its graph. */
export interface StepMemory {
  /** Frozen weights and other constants, in each of the graphs that are loaded. */
  readonly frozenBytes: number;
  /** Trained weights and optimizer slots, each in two buffers used in turn. */
  readonly stateBytes: number;
  /** The most that activations and gradients take at one time, with the batch itself. */
  readonly activationBytes: number;
  readonly totalBytes: number;
}

/**
 * @param batch examples per step, from 1
 * @param prefix the frozen part, where it is loaded beside the program
 * @throws {GraphError} "bad-shape" · "bad-graph"
 */
export function stepMemory(
  program: TrainingProgram,
  { batch, prefix }: { readonly batch: number; readonly prefix?: Graph | undefined },
): StepMemory {
  const of = ({ graph, updates = {} }: Pick<Program, "graph"> & Partial<Program>) =>
    footprint(graph, { extents: { [BATCH]: batch }, elsewhere: Object.keys(updates) });
  const step = of(program.step);
  const others = [
    program.evaluate,
    ...(program.accumulate ? [program.accumulate] : []),
    ...(prefix ? [{ graph: prefix }] : []),
  ].map(of);
  const oneState = Object.values(program.state).reduce((sum, { data }) => sum + data.byteLength, 0);
  const frozenBytes = [step, ...others].reduce((sum, { constantBytes }) => sum + constantBytes, 0);
  const stateBytes = 2 * oneState;
  // The step's inputs are the batch and the state; the frozen part and the step run in turn, each in its own arena.
  const activationBytes = step.inputBytes - oneState + step.peakBytes + (prefix ? (others.at(-1)?.peakBytes ?? 0) : 0);
  return { frozenBytes, stateBytes, activationBytes, totalBytes: frozenBytes + stateBytes + activationBytes };
}

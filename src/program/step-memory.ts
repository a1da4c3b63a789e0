import type { Graph } from "../onnx/graph.ts";
import { type Footprint, footprint } from "../onnx/memory.ts";
import { BATCH } from "../rewrite/input.ts";
import { updatesInPlace } from "../rewrite/update-in-place.ts";
import type { TrainingProgram } from "./training-program.ts";

/** What a training step takes in the engine's memory, in bytes, as foreseen from its graph. */
export interface StepMemory {
  /** Frozen weights and other constants, in each of the graphs that are loaded. */
  readonly frozenBytes: number;
  /** Trained weights and optimizer slots; in two buffers used in turn, but for those that are updated in place. */
  readonly stateBytes: number;
  /** The most that activations and gradients take at one time, with the batch itself. */
  readonly activationBytes: number;
  /** Frozen and state, and `activationCopies` times the activations. */
  readonly totalBytes: number;
}

/**
 * onnxruntime lays tensors out anew on the way, and loses room between the pieces of memory that it hands out; it gives
 * nothing back. Seen with 1.30, of the activations alone: 1.1 times as much for VGG16, 1.5 for MobileNetV2, 1.7 for ResNet-50,
 * 2.2 for ResNet-18.
 */
export const activationCopies = 2;

export interface StepMemoryOptions {
  /** Examples per step, from 1. */
  readonly batch: number;
  /** The frozen part, where it is loaded beside the program, and how many examples go through it at once. */
  readonly prefix?: { readonly graph: Graph; readonly batch: number } | undefined;
}

/**
 * What no run of a step can do with less of, in bytes: weights, state, and activations once.
 *
 * @throws {GraphError} "bad-shape" · "bad-graph"
 */
export function leastBytes({ step }: TrainingProgram, batch: number): number {
  const { constantBytes, inputBytes, peakBytes } = taken(step.graph, batch, Object.keys(step.updates));
  return constantBytes + inputBytes + peakBytes;
}

/** @throws {GraphError} "bad-shape" · "bad-graph" */
export function stepMemory(program: TrainingProgram, { batch, prefix }: StepMemoryOptions): StepMemory {
  const loaded = [program.step, program.evaluate, ...(program.accumulate ? [program.accumulate] : [])];
  const [step = nothing, ...others] = loaded.map(({ graph, updates }) => taken(graph, batch, Object.keys(updates)));
  const frozen = prefix ? taken(prefix.graph, prefix.batch) : nothing;
  const stateBytes = Object.values(program.state).reduce((sum, { data }) => sum + data.byteLength, 0);
  const frozenBytes = [step, ...others, frozen].reduce((sum, { constantBytes }) => sum + constantBytes, 0);
  // State is among the step's inputs. Each graph keeps its own room for activations, in use or not.
  const activationBytes = step.inputBytes - stateBytes + step.peakBytes + frozen.inputBytes + frozen.peakBytes;
  const held = stateBytes + secondBuffers(program);
  const totalBytes = frozenBytes + held + activationCopies * activationBytes;
  return { frozenBytes, stateBytes: held, activationBytes, totalBytes };
}

/** Bytes of the state that a step updates in a second buffer. */
function secondBuffers({ step, state }: TrainingProgram): number {
  const inPlace = new Set(updatesInPlace(step.graph, step.updates).inPlace);
  const twice = Object.values(step.updates).filter((name) => !inPlace.has(name));
  return twice.reduce((sum, name) => sum + (state[name]?.data.byteLength ?? 0), 0);
}

type Taken = Pick<Footprint, "constantBytes" | "inputBytes" | "peakBytes">;

const nothing: Taken = { constantBytes: 0, inputBytes: 0, peakBytes: 0 };

const taken = (graph: Graph, batch: number, elsewhere: readonly string[] = []): Taken =>
  footprint(graph, { extents: { [BATCH]: batch }, elsewhere });

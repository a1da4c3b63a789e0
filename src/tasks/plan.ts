import type { Graph } from "../onnx/graph.ts";
import type { TrainingProgram } from "../program/training-program.ts";
import type { EnginePrograms } from "../training/engine-programs.ts";
import type { Feature } from "../training/feature-cache.ts";

/** What is to be loaded: the program that trains, and the frozen part in front of it where its features are cached. */
export interface Plan {
  readonly program: TrainingProgram;
  /** The program as it is laid out for the engine, as far as that was asked for. */
  readonly programs: EnginePrograms;
  readonly frozen: { readonly graph: Graph; readonly features: readonly Feature[] } | undefined;
}

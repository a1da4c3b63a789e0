import { RegraftError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import type { Unfreeze } from "../../rewrite/trainable.ts";
import { channelBlock } from "../../training/blocked-engine.ts";
import { type AssemblyOptions, cacheOptions, planned } from "../assembly.ts";
import type { Base } from "../base-model.ts";
import { compiled } from "../compile.ts";
import { type FitMemory, fitMemory } from "../fit-memory.ts";
import { shortage } from "../fits-training.ts";
import type { Host } from "../host.ts";
import type { PhaseName } from "../phase.ts";
import { fineTuneDefaults, optimizerFor } from "../recipe.ts";
import { type Measured, measureStep } from "./measure-step.ts";
import { trainingForm } from "./training-form.ts";

/** The phases of the recipe. */
export type StepPhase = Exclude<PhaseName, "scratch">;

/** What one step of a phase of training takes: its memory as foreseen from the graph, and what steps took here. */
export interface StepReport {
  readonly phase: StepPhase;
  readonly unfreeze: Unfreeze;
  /** Pictures per step. */
  readonly batch: number;
  /** Numbers that are trained. */
  readonly trained: number;
  /** Whether the frozen part is outside of the step: each picture goes through it once. */
  readonly cached: boolean;
  readonly estimated: FitMemory;
  readonly measured: Measured | undefined;
  /** Why nothing was measured. */
  readonly notMeasured?: string;
}

/** A phase that cannot be trained, and why. */
export interface StepFailure {
  readonly phase: StepPhase;
  readonly unfreeze: Unfreeze;
  readonly error: RegraftError;
}

export interface StepOptions {
  readonly phase: StepPhase;
  readonly unfreeze: Unfreeze;
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  /** Whether steps are run. */
  readonly measure: boolean;
}

/** Milliseconds of steps for each phase. */
const limitMs = 8000;

/** Builds the training program of a phase, foresees its memory and, where that is free, runs a few steps. */
export async function reportStep(base: Base, options: StepOptions, host: Host): Promise<StepReport | StepFailure> {
  const { phase, unfreeze } = options;
  try {
    return await reported(base, options, host);
  } catch (error) {
    if (error instanceof RegraftError) return { phase, unfreeze, error };
    throw error;
  }
}

async function reported(base: Base, options: StepOptions, host: Host): Promise<StepReport> {
  const { phase, unfreeze, batch, measure } = options;
  const assembly = assemblyOf(base, options, host);
  const plan = planned(assembly);
  const fit = { train: batch, val: 0, batch, accumulate: 1, snapshots: false };
  const block = await blockOf(options, host);
  const estimated = fitMemory({ plan, assembly, fit }, { block, memory: host.memory });
  const notMeasured = measure ? shortage(estimated, host.memory.bounds()) : "not asked for";
  return {
    ...{ phase, unfreeze, batch, estimated },
    trained: plan.program.weights.reduce((sum, name) => sum + sizeOf(plan.program.state[name]?.shape ?? [0]), 0),
    cached: plan.frozen !== undefined,
    measured: notMeasured === undefined ? await measureStep({ assembly, plan, batch, limitMs }, host) : undefined,
    ...(notMeasured === undefined ? {} : { notMeasured }),
  };
}

function assemblyOf(base: Base, { unfreeze, batch, threads, seed }: StepOptions, host: Host): AssemblyOptions {
  const { optimizer, tuneLearningRate } = fineTuneDefaults;
  return {
    ...trainingForm(base, { unfreeze, seed }),
    compiled: compiled({ optimizer: optimizerFor(optimizer, tuneLearningRate), loss: "softmaxCrossEntropy" }),
    preprocessing: base.preprocessing,
    augment: undefined,
    seed,
    threads,
    cache: cacheOptions({}, host),
    examples: batch,
  };
}

async function blockOf({ threads }: StepOptions, { runtime }: Host): Promise<number | undefined> {
  const workspace = await runtime.open({ threads });
  try {
    return await channelBlock(workspace);
  } finally {
    await workspace.close();
  }
}

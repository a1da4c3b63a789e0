import { HostError } from "../../base/errors.ts";
import { random } from "../../base/random.ts";
import { bytes, counted } from "../../base/words.ts";
import type { Graph } from "../../onnx/graph.ts";
import { footprint } from "../../onnx/memory.ts";
import type { OptimizerName } from "../../program/optimizers.ts";
import { leastBytes } from "../../program/step-memory.ts";
import { BATCH } from "../../rewrite/input.ts";
import { type AssemblyOptions, assemble, cacheOptions, planned } from "../assembly.ts";
import type { Base } from "../base-model.ts";
import { compiled } from "../compile.ts";
import { someClasses, trainingForm } from "../doctor/training-form.ts";
import { featureSession } from "../feature-session.ts";
import type { Host } from "../host.ts";
import { optimizerFor } from "../recipe.ts";
import { type BenchMode, unfreezeOf } from "./mode.ts";
import { randomBatch } from "./random-batch.ts";

/** Work to time, not yet in the engine. */
export interface Workload {
  /** The forward pass: pictures in, features or logits out. */
  readonly forward: Graph;
  /** Names of the initializers that are trained. */
  readonly trainable: readonly string[];
  open(host: Host): Promise<RunningWork>;
}

/** Work in the engine, with a batch to do it on. */
export interface RunningWork {
  /** Does it once. `at` counts the times, from 0. */
  step(at: number): Promise<void>;
  /** What the engine has loaded to do it, before it was laid out for the engine. */
  readonly graphs: readonly Graph[];
  close(): Promise<void>;
}

export interface WorkloadOptions {
  readonly mode: BenchMode;
  readonly batch: number;
  readonly optimizer: OptimizerName;
  readonly threads: number;
  readonly seed: number;
}

/** As small as the peers' own: random labels teach nothing, and numbers that explode would be another measurement. */
const learningRate = 1e-3;

/**
 * What a mode does with a base: the very program that training would run, or the graph that makes features for it.
 *
 * @throws {HostError} "out-of-memory" · {GraphError} "no-gradient" · "no-such-node"
 */
export const workload = (base: Base, options: WorkloadOptions, host: Host): Workload =>
  options.mode === "forward" ? features(base, options, host) : training(base, options, host);

function features({ graph }: Base, { batch, threads, seed }: WorkloadOptions, host: Host): Workload {
  const { constantBytes, inputBytes, peakBytes } = footprint(graph, { extents: { [BATCH]: batch } });
  requireFree(constantBytes + inputBytes + peakBytes, batch, host);
  return {
    forward: graph,
    trainable: [],
    open: async ({ runtime }) => {
      const workspace = await runtime.open({ threads });
      const { session, laidOut } = await featureSession(workspace, graph);
      const { inputs } = randomBatch(graph, { batch, rng: random(seed) });
      return {
        step: async () => {
          await session.run(inputs());
        },
        graphs: [laidOut],
        close: () => workspace.close(),
      };
    },
  };
}

function training(base: Base, options: WorkloadOptions, host: Host): Workload {
  const { mode, batch, seed } = options;
  const form = trainingForm(base, { unfreeze: unfreezeOf(mode), seed, dropout: 0 });
  const assembly = assemblyOf(base, form, options, host);
  const plan = planned(assembly);
  requireFree(leastBytes(plan.program, batch), batch, host);
  return {
    forward: form.graph,
    trainable: form.trainable,
    open: async (opened) => {
      const { trainer, close } = await bound(assemble(assembly, opened, plan));
      const examples = randomBatch(form.graph, { batch, rng: random(seed), classes: someClasses });
      return {
        step: async (at) => {
          const inputs = examples.inputs();
          await trainer.step({ ...examples, inputs }, { learningRate, rng: random(seed).fork("step", at) });
        },
        get graphs() {
          return trainer.graphs;
        },
        close,
      };
    },
  };
}

/** Nothing is cached: every step takes pictures, as it does where they are augmented. */
function assemblyOf(
  { preprocessing }: Base,
  form: ReturnType<typeof trainingForm>,
  { optimizer, batch, threads, seed }: WorkloadOptions,
  host: Host,
): AssemblyOptions {
  return {
    ...form,
    ...{ preprocessing, seed, threads },
    compiled: compiled({ optimizer: optimizerFor(optimizer, learningRate), loss: "softmaxCrossEntropy" }),
    augment: undefined,
    cache: cacheOptions({ memoryBytes: 0, diskBytes: 0 }, host),
    examples: batch,
  };
}

async function bound(opening: ReturnType<typeof assemble>) {
  const assembly = await opening;
  return { trainer: assembly.trainer, close: () => assembly.close() };
}

/** Too large a batch would end the process without a word. */
function requireFree(least: number, batch: number, { memory }: Host): void {
  const free = memory.free();
  if (least <= free) return;
  throw new HostError(
    "out-of-memory",
    `A step of ${counted(batch, "picture")} takes at least ${bytes(least)}; there are ${bytes(free)} free.`,
    { hint: "Choose a smaller --batch or --image-size, or unfreeze less: --mode head, --mode last:3." },
  );
}

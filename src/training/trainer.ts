import { TrainingError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { floats, tensor } from "../base/tensor.ts";
import type { Graph } from "../onnx/graph.ts";
import { drawMask } from "../program/dropout.ts";
import { names, type TrainingProgram } from "../program/training-program.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Tensors, Workspace } from "../runtime/runtime.ts";
import { BatchSessions } from "./batch-sessions.ts";
import { EnginePrograms } from "./engine-programs.ts";
import type { TrainerProgress } from "./progress.ts";
import type { Examples } from "./source.ts";

/** A training program at work in a workspace. */
export interface Trainer {
  /** The fewest examples that a step takes. */
  readonly smallestBatch: number;
  /**
   * One batch: forward, loss, backward and, unless `accumulate`, the update.
   *
   * @returns the mean loss of the batch and its logits, [N, C] flat, both before the update
   * @throws {TrainingError} "batch-too-small"
   */
  step(examples: Examples, options: StepOptions): Promise<{ readonly loss: number; readonly logits: Float32Array }>;
  /** @returns the loss of each example, [N], and the logits, [N, C] flat */
  evaluate(examples: Examples): Promise<{ readonly losses: Float32Array; readonly logits: Float32Array }>;
  /** What a model is made of: the trained weights, and running statistics that follow the batches. */
  weights(): Promise<Tensors>;
  /** Weights, running statistics, optimizer slots, gradient sums. */
  state(): Promise<Tensors>;
  setState(tensors: Tensors): Promise<void>;
  /** What else it needs, beside its state, to go on where it stands. */
  progress(): TrainerProgress;
  /** Goes on where another process stood. */
  goOn(state: Tensors, progress: TrainerProgress): Promise<void>;
  /** What its sessions were made from, as far as they are loaded: see `BatchSessions.graphs`. */
  readonly graphs: readonly Graph[];
}

export interface StepOptions {
  readonly learningRate: number;
  /** Randomness of this step alone: dropout masks. */
  readonly rng: Random;
  /** Only adds the gradients to the sums; the update comes with a later batch. */
  readonly accumulate?: boolean;
}

/**
 * Loads a program's graphs and its first state.
 *
 * @param programs those of the program that have been laid out already
 * @throws {HostError} "engine-failed" · "out-of-memory"
 */
export async function openTrainer(
  program: TrainingProgram,
  workspace: Workspace,
  programs: EnginePrograms = new EnginePrograms(program),
): Promise<Trainer> {
  await workspace.setState(program.state);
  return new WorkspaceTrainer(program, workspace, programs);
}

/**
 * Refuses a batch that has no variance: one value per channel.
 *
 * @throws {TrainingError} "batch-too-small"
 */
export function checkBatchSize(count: number, { smallestBatch }: Pick<Trainer, "smallestBatch">): void {
  if (count >= smallestBatch) return;
  throw new TrainingError(
    "batch-too-small",
    `A batch of ${count} has one value per channel where BatchNormalization needs the variance of at least two.`,
    { hint: "Choose a batch size (--batch) that leaves no picture over, or --batch-norm frozen." },
  );
}

class WorkspaceTrainer implements Trainer {
  readonly #program: TrainingProgram;
  readonly #workspace: Workspace;
  readonly #sessions: BatchSessions;
  /** Updates so far, for the optimizer's bias correction. */
  #updates = 0;
  /** Examples whose gradients are summed and wait for their update. */
  #pending = 0;

  constructor(program: TrainingProgram, workspace: Workspace, programs: EnginePrograms) {
    this.#program = program;
    this.#workspace = workspace;
    this.#sessions = new BatchSessions(programs, workspace);
  }

  get smallestBatch(): number {
    return this.#program.smallestBatch;
  }

  get graphs(): readonly Graph[] {
    return this.#sessions.graphs;
  }

  async step(examples: Examples, { learningRate, rng, accumulate = false }: StepOptions) {
    const count = examples.indices.length;
    checkBatchSize(count, this);
    const feeds = { ...examples.inputs, ...this.#targets(examples), ...this.#masks(count, rng) };
    this.#pending += count;
    const outputs = await (accumulate ? this.#accumulate(feeds, count) : this.#update(feeds, { learningRate, count }));
    const [loss = Number.NaN] = float32Output(outputs, names.loss);
    return { loss, logits: float32Output(outputs, this.#program.output) };
  }

  async evaluate(examples: Examples) {
    const session = await this.#sessions.session("evaluate", examples.indices.length);
    const outputs = await session.run({ ...examples.inputs, ...this.#targets(examples) });
    return { losses: float32Output(outputs, names.losses), logits: float32Output(outputs, this.#program.output) };
  }

  weights(): Promise<Tensors> {
    return this.#workspace.getState([...this.#program.weights, ...this.#program.statistics]);
  }

  state(): Promise<Tensors> {
    return this.#workspace.getState(Object.keys(this.#program.state));
  }

  setState(tensors: Tensors): Promise<void> {
    return this.#workspace.setState(tensors);
  }

  progress(): TrainerProgress {
    return { updates: this.#updates, pending: this.#pending, sizes: this.#sessions.sizes };
  }

  async goOn(state: Tensors, { updates, pending, sizes }: TrainerProgress): Promise<void> {
    await this.setState(state);
    this.#updates = updates;
    this.#pending = pending;
    this.#sessions.recall(sizes);
  }

  async #accumulate(feeds: Tensors, count: number): Promise<Tensors> {
    if (!this.#program.accumulate) {
      throw new TrainingError("not-compiled", "This program was built without gradient accumulation.");
    }
    return (await this.#sessions.session("accumulate", count)).run(feeds);
  }

  async #update(feeds: Tensors, { learningRate, count }: { readonly learningRate: number; readonly count: number }) {
    const session = await this.#sessions.session("step", count);
    this.#updates++;
    const { optimizer, accumulate } = this.#program;
    const scalars = Object.entries(optimizer.scalars(learningRate, this.#updates)).map(
      ([name, value]) => [names.scalar(name), floats([value], [])] as const,
    );
    const examples = accumulate ? { [names.examples]: floats([this.#pending], []) } : {};
    this.#pending = 0;
    return session.run({ ...feeds, ...Object.fromEntries(scalars), ...examples });
  }

  #targets({ targets, indices }: Examples): Tensors {
    const count = indices.length;
    // Copied: a session may take a feed's buffer over, and the caller still compares targets with logits.
    return { [names.targets]: tensor("float32", [count, targets.length / count], targets.slice()) };
  }

  #masks(batch: number, rng: Random): Tensors {
    const drawn = this.#program.masks.map(
      (mask) => [mask.name, drawMask(mask, { batch, rng: rng.fork(mask.name) })] as const,
    );
    return Object.fromEntries(drawn);
  }
}

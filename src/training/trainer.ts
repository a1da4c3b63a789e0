import { TrainingError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { floats, tensor } from "../base/tensor.ts";
import { encodeForEngine } from "../onnx/encode-external.ts";
import { modelOf } from "../onnx/model.ts";
import { drawMask } from "../program/dropout.ts";
import { names, type Program, type TrainingProgram } from "../program/training-program.ts";
import { float32Output } from "../runtime/outputs.ts";
import type { Session, Tensors, Workspace } from "../runtime/runtime.ts";
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
 * @throws {HostError} "engine-failed"
 */
export async function openTrainer(program: TrainingProgram, workspace: Workspace): Promise<Trainer> {
  await workspace.setState(program.state);
  const open = ({ graph, state, updates }: Program) =>
    workspace.load(encodeForEngine(modelOf(graph)), { state, updates });
  const step = await open(program.step);
  const accumulate = program.accumulate && (await open(program.accumulate));
  const evaluate = await open(program.evaluate);
  return new WorkspaceTrainer(program, workspace, { step, accumulate, evaluate });
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

interface Sessions {
  readonly step: Session;
  readonly accumulate: Session | undefined;
  readonly evaluate: Session;
}

class WorkspaceTrainer implements Trainer {
  readonly #program: TrainingProgram;
  readonly #workspace: Workspace;
  readonly #sessions: Sessions;
  /** Updates so far, for the optimizer's bias correction. */
  #updates = 0;
  /** Examples whose gradients are summed and wait for their update. */
  #pending = 0;

  constructor(program: TrainingProgram, workspace: Workspace, sessions: Sessions) {
    this.#program = program;
    this.#workspace = workspace;
    this.#sessions = sessions;
  }

  get smallestBatch(): number {
    return this.#program.smallestBatch;
  }

  async step(examples: Examples, { learningRate, rng, accumulate = false }: StepOptions) {
    const count = examples.indices.length;
    checkBatchSize(count, this);
    const feeds = { ...examples.inputs, ...this.#targets(examples), ...this.#masks(count, rng) };
    this.#pending += count;
    const outputs = await (accumulate ? this.#accumulate(feeds) : this.#update(feeds, learningRate));
    const [loss = Number.NaN] = float32Output(outputs, names.loss);
    return { loss, logits: float32Output(outputs, this.#program.output) };
  }

  async evaluate(examples: Examples) {
    const outputs = await this.#sessions.evaluate.run({ ...examples.inputs, ...this.#targets(examples) });
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

  #accumulate(feeds: Tensors): Promise<Tensors> {
    const { accumulate } = this.#sessions;
    if (accumulate) return accumulate.run(feeds);
    throw new TrainingError("not-compiled", "This program was built without gradient accumulation.");
  }

  #update(feeds: Tensors, learningRate: number): Promise<Tensors> {
    this.#updates++;
    const { optimizer, accumulate } = this.#program;
    const scalars = Object.entries(optimizer.scalars(learningRate, this.#updates)).map(
      ([name, value]) => [names.scalar(name), floats([value], [])] as const,
    );
    const examples = accumulate ? { [names.examples]: floats([this.#pending], []) } : {};
    this.#pending = 0;
    return this.#sessions.step.run({ ...feeds, ...Object.fromEntries(scalars), ...examples });
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

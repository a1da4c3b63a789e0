import { UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { measureNames, type WatchedName } from "../evaluation/measures.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { type Loss, type LossName, losses } from "../program/losses.ts";
import { type Optimizer, type OptimizerName, optimizers } from "../program/optimizers.ts";
import { type ClassWeights, checkClassWeights } from "./class-weights.ts";

export interface CompileOptions {
  /** By name with its defaults, or made by `adam({ learningRate })` and its like. */
  readonly optimizer: Optimizer | OptimizerName;
  readonly loss: Loss | LossName;
  /** Measured after each epoch; those that are no mean over examples on the validation data alone. */
  readonly metrics?: readonly WatchedName[];
  /** What the examples of each class weigh in the training loss; the validation loss takes all alike. */
  readonly classWeights?: ClassWeights | undefined;
  /** Scales the gradients of all weights together down to this norm. Above 0. */
  readonly clipNorm?: number | undefined;
  /** Batches per update, from 1. */
  readonly accumulate?: number;
  /**
   * What BatchNormalization layers that are unfrozen normalize by: their running statistics, which stay as they are
   * (the default), or those of each batch, which the running ones then follow. Frozen layers are never touched.
   */
  readonly batchNorm?: BatchNormMode;
}

/** How a model is to be trained. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly WatchedName[];
  readonly classWeights: ClassWeights | undefined;
  readonly clipNorm: number | undefined;
  readonly accumulate: number;
  readonly batchNorm: BatchNormMode;
}

/** Each mode by the name that a user gives it. */
export const batchNormModes: { readonly [M in BatchNormMode]: M } = { frozen: "frozen", training: "training" };

const watchedNames = measureNames.filter((name): name is WatchedName => name !== "loss");

/** @throws {UsageError} "bad-option" */
export function compiled({
  optimizer,
  loss,
  metrics = ["accuracy"],
  classWeights,
  clipNorm,
  accumulate = 1,
  batchNorm = "frozen",
  ...rest
}: CompileOptions): Compiled {
  refuseUnknown("compile", rest);
  const unknown = metrics.find((name) => !watchedNames.includes(name));
  if (unknown)
    throw new UsageError("bad-option", `There is no metric "${unknown}".`, {
      hint: `Known: ${watchedNames.join(", ")}.`,
    });
  if (classWeights !== undefined) checkClassWeights(classWeights);
  return {
    optimizer: typeof optimizer === "string" ? named("optimizer", optimizers, optimizer)() : optimizer,
    loss: typeof loss === "string" ? named("loss", losses, loss)() : loss,
    metrics,
    classWeights,
    clipNorm,
    accumulate: checkNumber("accumulate", accumulate, { min: 1, integer: true }),
    batchNorm: named("batchNorm", batchNormModes, batchNorm),
  };
}

/** The row of a table, or an error that lists the rows. @throws {UsageError} "bad-option" */
export function named<T>(kind: string, table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found !== undefined) return found;
  throw new UsageError("bad-option", `There is no ${kind} "${name}".`, {
    hint: `Known: ${Object.keys(table).join(", ")}.`,
  });
}

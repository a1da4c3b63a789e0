import type { Tensors } from "../runtime/runtime.ts";
import type { EpochRecord } from "./epoch-record.ts";
import type { Progress } from "./progress.ts";

/** What happens during `fit`, in order. */
export type TrainingEvent =
  | BeginEvent
  | StepEvent
  | ({ readonly type: "epoch" } & EpochRecord)
  | { readonly type: "end"; readonly reason: StopReason };

export interface BeginEvent {
  readonly type: "begin";
  /** The last epoch, and the one before the first, counted over all phases. */
  readonly epochs: number;
  readonly initialEpoch: number;
  /** Batches of an epoch. */
  readonly steps: number;
  /** Epochs that an earlier process did of this `fit`, and batches of the one after them. */
  readonly done: readonly EpochRecord[];
  readonly step: number;
}

export interface StepEvent {
  readonly type: "step";
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Batches of this epoch done, and all of them. */
  readonly step: number;
  readonly steps: number;
  readonly examples: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of this batch alone. */
  readonly batchLoss: number;
  readonly learningRate: number;
}

export type StopReason = "done" | "early-stopping" | "time-limit" | "nan-loss" | "interrupted";

/** What a callback may do to the run. */
export interface Control {
  /** Ends the run after the current step. */
  stop(reason: StopReason): void;
  /** Copies of the trained weights, and of running statistics that follow the batches. */
  weights(): Promise<Tensors>;
  /** Copies of those and the optimizer's slots. */
  state(): Promise<Tensors>;
  restore(weights: Tensors): Promise<void>;
  /** Where the run stands: with `state`, what it takes to go on from here. */
  progress(): Progress;
}

/** Hears every event; `fit` waits for it. */
export type Callback = (event: TrainingEvent, control: Control) => void | Promise<void>;

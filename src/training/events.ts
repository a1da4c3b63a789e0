import type { Tensors } from "../runtime/runtime.ts";

/** What happens during `fit`, in order. */
export type TrainingEvent =
  | { readonly type: "begin"; readonly epochs: number; readonly initialEpoch: number; readonly steps: number }
  | StepEvent
  | ({ readonly type: "epoch" } & EpochRecord)
  | { readonly type: "end"; readonly reason: StopReason };

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

/** One line of a history. */
export interface EpochRecord {
  /** From 1, counted over all phases. */
  readonly epoch: number;
  /** Means over the epoch, while the weights moved. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** On the validation data, after the epoch. */
  readonly valLoss?: number;
  readonly valMetrics?: Readonly<Record<string, number>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly examples: number;
  readonly seconds: number;
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
}

/** Hears every event; `fit` waits for it. */
export type Callback = (event: TrainingEvent, control: Control) => void | Promise<void>;

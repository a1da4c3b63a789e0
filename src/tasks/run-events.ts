import type { HealthDepth, HealthFinding } from "../data/health/data-health.ts";
import type { RefusedCheckpoint } from "../training/checkpoints/checkpoints.ts";
import type { TrainingEvent } from "../training/events.ts";
import type { FitMemory } from "./fit-memory.ts";
import type { Normalization } from "./from-scratch.ts";
import type { PhaseName } from "./phase.ts";

/** What a person watches while a run goes on. */
export type RunEvent =
  | {
      readonly type: "start";
      /** Model folder or file as given. */
      readonly model: string;
      readonly classes: readonly string[];
      readonly train: number;
      readonly val: number;
      /** The node that was taken for the classifier, or the output that is features, and why. */
      readonly head: { readonly node: string; readonly features: number; readonly reason: string };
    }
  /** A run goes on that another process began: where it stands, or undefined where it has to begin anew. */
  | {
      readonly type: "resumed";
      readonly at: { readonly phase: PhaseName; readonly epochs: number; readonly steps: number } | undefined;
      /** Checkpoints that could not be used. */
      readonly refused: readonly RefusedCheckpoint[];
    }
  /** The network's weights are drawn anew, and what keeps its activations in range. */
  | {
      readonly type: "fresh-weights";
      readonly normalization: Normalization;
      /** Convolutions that got the BatchNormalization back that was merged into them. */
      readonly givenBack: number;
    }
  /** What is known of the pictures before training; files are in the run's health.json. */
  | {
      readonly type: "health";
      readonly depth: HealthDepth;
      readonly findings: readonly FindingSummary[];
    }
  /** Pictures are looked at, where a check of all of them was asked for. */
  | { readonly type: "checking"; readonly done: number; readonly total: number }
  /** What a phase will take of the memory, in bytes, told for all phases before the first one. */
  | ({ readonly type: "memory"; readonly phase: PhaseName } & FitMemory)
  | {
      readonly type: "phase";
      readonly name: PhaseName;
      readonly epochs: number;
      readonly learningRate: number;
      /** Numbers of weights that are trained and that are not. */
      readonly trainable: number;
      readonly frozen: number;
      /** The pictures go through the frozen part once; their features are kept. */
      readonly cached: boolean;
    }
  /** The frozen part is run on pictures for the first time. */
  | {
      readonly type: "features";
      readonly phase: PhaseName;
      readonly split: "train" | "val";
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "training"; readonly phase: PhaseName; readonly event: TrainingEvent }
  | { readonly type: "bad-image"; readonly name: string; readonly reason: string }
  /** The model is saved; its report is being made. */
  | { readonly type: "reporting" }
  | { readonly type: "no-report"; readonly reason: string }
  | { readonly type: "saved"; readonly path: string }
  /** The run failed for `reason`; its history and checkpoints stay in `path`, without a model. */
  | { readonly type: "failed"; readonly path: string; readonly reason: string };

/** A finding about the data without its files. */
export interface FindingSummary extends Omit<HealthFinding, "files"> {
  /** How many files it is about. */
  readonly files: number;
}

/** A picture that was left out. */
export interface SkippedImage {
  readonly name: string;
  readonly reason: string;
}

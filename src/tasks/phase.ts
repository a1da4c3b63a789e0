import type { MeasureName } from "../evaluation/measures.ts";
import type { EpochRecord } from "../training/epoch-record.ts";

/** The two parts of the recipe: new head on a frozen base, then the base too. And what it is compared with. */
export type PhaseName = "head" | "tune" | "scratch";

export interface PhaseResult {
  readonly name: PhaseName;
  /** Epochs done. */
  readonly epochs: number;
  readonly learningRate: number;
  /** Wall-clock time, the first pass through the frozen part included. */
  readonly seconds: number;
  /** Of the phase's best epoch. */
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Where something else than the loss chose it: that, on the validation data. */
  readonly best?: { readonly metric: MeasureName; readonly value: number };
}

/** An epoch of a training, and of which phase it is. */
export interface PhaseEpoch extends EpochRecord {
  readonly phase: PhaseName;
}

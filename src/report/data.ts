import type { Interval } from "../evaluation/bootstrap.ts";
import type { Estimate } from "../evaluation/contest.ts";

export type { Estimate, Interval };

/** A line of a history: what was measured in an epoch, by name (loss, accuracy, valLoss, valAccuracy, …). */
export interface HistoryPoint {
  readonly phase: string;
  /** From 1, counted over all phases. */
  readonly epoch: number;
  /** null, as JSON has it, where the number was not finite. */
  readonly readings: Readonly<Record<string, number | null>>;
}

export interface PhaseReport {
  readonly name: string;
  readonly epochs: number;
  readonly seconds: number;
  /** Of the phase's best epoch. */
  readonly valLoss?: number | undefined;
  readonly valAccuracy?: number | undefined;
}

/** What a model was found to be worth on labelled pictures; an `Evaluation` of evaluation/ is one. Shares are from 0 to 1. */
export interface EvaluationReport {
  /** "labels": several may be true of a picture, and `accuracy` is the share of labels that are right. By default "classes". */
  readonly kind?: "classes" | "labels" | "values";
  /** Examples judged. */
  readonly count: number;
  /** Which pictures they were, as "of the … pictures" goes on: "validation" chose the epoch that was kept. */
  readonly pictures?: string;
  readonly measures: { readonly accuracy?: number; readonly loss?: number };
  readonly intervals?: { readonly accuracy?: Interval; readonly loss?: Interval };
  readonly classes: readonly ClassReport[];
  /** [C][C], examples by true class (row) and predicted class (column), in the order of `classes`. */
  readonly confusion?: readonly (readonly number[])[];
  /** Where there is no matrix, or it is too large to read: the most frequent confusions. */
  readonly confused?: readonly ConfusedReport[];
  readonly calibration?: CalibrationReport;
  /** Of two classes, the score of the second from which on it is chosen, where a run has set one. */
  readonly threshold?: number;
}

export interface ClassReport {
  readonly name: string;
  readonly count: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ConfusedReport {
  readonly truth: string;
  readonly predicted: string;
  readonly count: number;
  /** Of the examples that are of the class `truth`. */
  readonly share: number;
}

export interface CalibrationReport {
  /** Expected calibration error. */
  readonly error: number;
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly confidence: number;
    readonly accuracy: number;
  }[];
}

/** A picture that the model is wrong about. */
export interface MistakeReport {
  /** The file's path, as a person knows it. */
  readonly name: string;
  readonly truth?: string;
  readonly predicted?: string;
  /** The score of `predicted`, and that of `truth`. */
  readonly score?: number;
  readonly truthScore?: number;
  /** A data: address, see `pictureAddress`. Some 320 pixels wide are enough. */
  readonly picture?: string;
  /** The same picture under a heat map of what spoke for `predicted`. */
  readonly heatMap?: string;
}

export interface DatasetReport {
  /** What there is of each class, in the order of `splits`. */
  readonly splits: readonly string[];
  readonly classes: readonly { readonly name: string; readonly counts: readonly number[] }[];
}

/** Something noticed about the pictures. */
export interface FindingReport {
  readonly severity: "error" | "warning" | "note";
  /** A short name for it: "duplicate-pictures". */
  readonly code: string;
  /** A sentence. */
  readonly message: string;
  readonly files?: readonly string[];
  /** What can be done about it. */
  readonly hint?: string | undefined;
}

export interface SettingReport {
  readonly name: string;
  readonly value: string;
  readonly from: "given" | "default";
}

/** What reports of a run and of a comparison both have. */
export interface ReportBasis {
  /** What was trained on, as a person would call it. */
  readonly title: string;
  /** The base model, as it was named. */
  readonly model: string;
  readonly classes: readonly string[];
  /** Numbers of pictures. */
  readonly examples: { readonly train: number; readonly val: number };
  readonly dataset?: DatasetReport | undefined;
  /** When it began, as ISO 8601. */
  readonly started?: string | undefined;
  readonly settings: readonly SettingReport[];
  /** Of what ran, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Program and arguments that do it again. */
  readonly command?: readonly string[] | undefined;
}

export type RunStatus = "running" | "finished" | "interrupted" | "diverged" | "failed";

/** A run, told in plain data, as JSON has it. What is left out has no section. */
export interface RunReport extends ReportBasis {
  readonly status: RunStatus;
  /** Why it failed. */
  readonly error?: string | undefined;
  readonly phases: readonly PhaseReport[];
  readonly history: readonly HistoryPoint[];
  /** What the epoch that was kept is best by, as the history calls it; by default the validation loss. */
  readonly monitor?:
    | { readonly reading: string; readonly title: string; readonly better: "higher" | "lower" }
    | undefined;
  /** Of the saved model on the validation pictures. */
  readonly result?: { readonly valLoss?: number | undefined; readonly valAccuracy?: number | undefined } | undefined;
  /** What the run was, beyond its options: base, loss, preparation of pictures. */
  readonly about?: readonly { readonly name: string; readonly value: string }[];
  readonly evaluation?: EvaluationReport | undefined;
  /** The worst first. */
  readonly mistakes?: readonly MistakeReport[] | undefined;
  /** Pictures that were left out. */
  readonly skipped?: readonly { readonly name: string; readonly reason: string }[] | undefined;
  readonly health?: readonly FindingReport[] | undefined;
}

/**
 * Ways of training held against each other, all judged by the same pictures. Intervals hold 95% of samples of seeds and of
 * pictures: `contest` of evaluation/ makes them.
 */
export interface ComparisonReport extends ReportBasis {
  /** Whether it came to its end. */
  readonly status: "finished" | "interrupted";
  /** Names of the strategy to take, and of the one with the highest accuracy. */
  readonly take: string;
  readonly best: string;
  /** Why to take it, a sentence each. */
  readonly reasons: readonly string[];
  /** What the numbers mean, a sentence each. */
  readonly notes?: readonly string[] | undefined;
  /** One at least, in the order in which they are shown. */
  readonly strategies: readonly StrategyReport[];
  /** By the number of training pictures, rising, the last with as many as `strategies` had. */
  readonly sizes?: readonly SizeReport[] | undefined;
  /** Strategies that came to nothing, and why. */
  readonly failed?: readonly { readonly name: string; readonly reason: string }[] | undefined;
  /** The accuracy that `epochsToTarget` is about. */
  readonly target?: number | undefined;
  /** Of the whole comparison. */
  readonly seconds: number;
}

export interface StrategyReport {
  readonly name: string;
  /** A few words on what it does. */
  readonly about?: string | undefined;
  /** Epochs and learning rates of its phases, in words. */
  readonly steps?: string | undefined;
  /** On the validation pictures. */
  readonly accuracy: Estimate;
  readonly loss: Estimate;
  /** How much lower its accuracy is than that of the best one, on the same samples. */
  readonly behind: Estimate;
  /** Of one training, the mean. */
  readonly seconds: number;
  readonly runs: readonly StrategyRun[];
}

/** A training: its strategy with one seed. */
export interface StrategyRun {
  readonly seed: number;
  /** On the validation pictures, of the epoch that was kept. */
  readonly accuracy: number;
  readonly loss: number;
  readonly seconds: number;
  /** The epoch that was kept, counted over all phases; null where none could be. */
  readonly keptEpoch?: number | null | undefined;
  /** Epochs until the target was first reached; null where it never was. */
  readonly epochsToTarget?: number | null | undefined;
  /** The most memory that the process held. */
  readonly peakBytes?: number | undefined;
  readonly history?: readonly HistoryPoint[] | undefined;
}

/** What strategies come to with so many training pictures. */
export interface SizeReport {
  readonly pictures: number;
  readonly strategies: readonly { readonly name: string; readonly accuracy: Estimate }[];
}

import type { Estimate } from "../../evaluation/contest.ts";
import type { StopReason } from "../../training/events.ts";
import type { FineTuneOptions } from "../recipe.ts";
import type { RunEvent } from "../run-events.ts";
import type { Budget, StrategyName } from "./strategies.ts";
import type { Outcome, TrainingKey } from "./training.ts";
import type { Verdict } from "./verdict.ts";

/** Options of the recipe that all strategies have in common. */
type Common = Omit<
  FineTuneOptions,
  | "headEpochs"
  | "tuneEpochs"
  | "epochs"
  | "unfreeze"
  | "fromScratch"
  | "batchNorm"
  | "lora"
  | "loraAlpha"
  | "loraTargets"
  | "augment"
  | "seed"
  | "signal"
  | "callbacks"
  | "resume"
  | "onEvent"
>;

export interface CompareOptions extends Common {
  /** Folder of pictures: <data>/<class>/*, or <data>/{train,val}/<class>/*. */
  readonly data: string;
  /** A card's name, a model folder, an .onnx file, "hf:owner/name". */
  readonly model: string;
  /** Folder to make. */
  readonly out: string;
  /** By default all. */
  readonly strategies?: readonly string[];
  /** Trainings of each strategy, each with another seed, from 1. */
  readonly seeds?: number;
  /** Of each training. */
  readonly budget?: Budget;
  /** Shares of the training pictures, above 0 and up to 1: the whole comparison for each of them. */
  readonly sizes?: readonly number[];
  /** The accuracy that "epochs until" is about; by default 95% of the best one. Above 0, to 1. */
  readonly reach?: number | undefined;
  readonly val?: string | number | undefined;
  readonly augment?: boolean;
  readonly headAt?: string | undefined;
  readonly preprocessing?: string | undefined;
  readonly overwrite?: boolean;
  /** Whether the folder gets a report.html. */
  readonly report?: boolean;
  /** Names of the options that a person set, for run.json. */
  readonly given?: readonly string[];
  /** The first seed; it governs the split too. */
  readonly seed?: number;
  readonly signal?: FineTuneOptions["signal"];
  readonly onEvent?: (event: CompareEvent) => void;
}

export type CompareEvent =
  | {
      readonly type: "begin";
      readonly model: string;
      readonly classes: readonly string[];
      readonly train: number;
      readonly val: number;
      readonly trainings: number;
    }
  /** A few pictures are trained on, to tell how long it will all take. */
  | { readonly type: "probing"; readonly strategy: StrategyName }
  | { readonly type: "estimate"; readonly seconds: number; readonly strategies: Readonly<Record<string, number>> }
  | ({ readonly type: "training"; readonly at: number; readonly of: number } & TrainingKey)
  | { readonly type: "run"; readonly event: RunEvent }
  | ({ readonly type: "trained" } & Outcome)
  | ({ readonly type: "failed"; readonly reason: string } & TrainingKey)
  | { readonly type: "reporting" }
  | { readonly type: "no-report"; readonly reason: string };

/** What a strategy came to, over its seeds, with the largest share of the pictures. */
export interface StrategyResult {
  readonly name: StrategyName;
  readonly about: string;
  /** Epochs and learning rate of its phases, in words: "10 epochs, learning rate 0.003; then 5 with the base, 0.00001". */
  readonly steps: string;
  /** On the validation pictures; the interval holds 95% of samples of seeds and of pictures. */
  readonly accuracy: Estimate;
  readonly loss: Estimate;
  /** How much lower its accuracy is than that of the best one, on the same samples; 0 of the best itself. From -1 to 1. */
  readonly behind: Estimate;
  /** Of one training, the mean. */
  readonly seconds: number;
  readonly peakBytes: number;
  readonly runs: readonly (Outcome & {
    /** Which epoch its accuracy and loss are of, counted over all phases; null where none could be kept. */
    readonly keptEpoch: number | null;
    /** Epochs until an accuracy of `reach`; null where it was not reached. */
    readonly epochsToReach: number | null;
    readonly secondsToReach: number | null;
  })[];
}

export interface SizeResult {
  readonly share: number;
  readonly examples: number;
  readonly strategies: readonly { readonly name: StrategyName; readonly accuracy: Estimate; readonly loss: Estimate }[];
}

export interface CompareResult extends Verdict {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly examples: { readonly train: number; readonly val: number };
  readonly strategies: readonly StrategyResult[];
  /** By the share of the training pictures, rising; empty where there was one share alone. */
  readonly sizes: readonly SizeResult[];
  /** Strategies that came to nothing, and why. */
  readonly failed: readonly { readonly name: StrategyName; readonly reason: string }[];
  /** The accuracy that "epochs until" is about. */
  readonly reach: number;
  /** Which strategy to take, and how sure that is, in words. */
  readonly sentence: string;
  /** The same without which to take, a sentence each. */
  readonly reasons: readonly string[];
  /** What the numbers mean, a sentence each. */
  readonly notes: readonly string[];
  readonly seconds: number;
  readonly estimatedSeconds: number;
  readonly stopped: StopReason;
  /** The page that tells the comparison; undefined where none was asked for, or it could not be written. */
  readonly report?: string | undefined;
}

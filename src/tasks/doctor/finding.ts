import type { RegraftError } from "../../base/errors.ts";
import type { MemoryBound } from "../../base/memory-bound.ts";
import type { LoadedModel } from "../../models/model-folder.ts";
import type { Base } from "../base-model.ts";
import type { GradientReport } from "../check-model-gradients.ts";
import type { Inspection } from "../inspect.ts";
import type { StepFailure, StepReport } from "./step-report.ts";

/** ok: as it should be; warning: training works, and something should be known; problem: it stands in the way. */
export type Verdict = "ok" | "warning" | "problem";

/** What one check found. */
export interface Finding {
  /** The check's name. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly text: string;
  /** What is behind it, a line each. */
  readonly details?: readonly string[];
  /** What to do, or to pass. */
  readonly hint?: string;
}

/** All that a check may look at. */
export interface Subject {
  readonly loaded: LoadedModel;
  readonly inspection: Inspection;
  /** The model without its classifier, or why it cannot be taken off. */
  readonly base: Base | RegraftError;
  readonly steps: readonly (StepReport | StepFailure)[];
  /** Where it was asked for. */
  readonly gradients: GradientReport | undefined;
  /** What limits the memory here. */
  readonly bounds: readonly MemoryBound[];
}

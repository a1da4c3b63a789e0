import type { Contestant } from "./contestants.ts";
import type { Target } from "./networks.ts";

/** The whole job: what `regraft train` does by default, said to everyone alike. */
export const jobRecipe = {
  headEpochs: 10,
  tuneEpochs: 5,
  headLearningRate: 3e-3,
  tuneLearningRate: 1e-5,
  /** Pictures per step. */
  batch: 32,
} as const;

/** Who does it: PyTorch in its faster layout. */
export const jobContestants = ["ours", "pytorch", "keras"] as const satisfies readonly Contestant[];

export type JobContestant = (typeof jobContestants)[number];

/** Ours against each of the others. */
export const jobTargets: { readonly [C in Exclude<JobContestant, "ours">]: Target } = {
  pytorch: { goal: 0.6, aim: 0.3 },
  keras: { goal: 0.35, aim: 0.2 },
};

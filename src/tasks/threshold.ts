import { DataError, UsageError } from "../base/errors.ts";
import { checkNumber } from "../base/options.ts";
import type { Predictions } from "../evaluation/predictions.ts";
import { bestThreshold, type ThresholdMerit, thresholdMerits } from "../evaluation/threshold.ts";
import type { Loss } from "../program/losses.ts";
import { named } from "./compile.ts";

/** A score from 0 to 1, both left out, or what the threshold is to be best for on the validation data. */
export type ThresholdChoice = ThresholdMerit | number;

/** @throws {UsageError} "bad-option" */
export function checkThreshold(choice: ThresholdChoice): void {
  if (typeof choice === "string") named("threshold", thresholdMerits, choice);
  else checkNumber("threshold", choice, { moreThan: 0, lessThan: 1 });
}

/**
 * Refuses a threshold where there are not two classes of which one is true, with probabilities.
 *
 * @throws {UsageError} "bad-option"
 */
export function requireTwoClasses({ classes, multiLabel, loss }: TwoClasses): void {
  if (classes.length === 2 && !multiLabel && loss.activation !== "identity") return;
  const what =
    classes.length === 2 ? "of which one is true, with probabilities" : `alone; here there are ${classes.length}`;
  throw new UsageError("bad-option", `A threshold is for two classes ${what}.`, { hint: "Leave out --threshold." });
}

interface TwoClasses {
  readonly classes: readonly string[];
  /** Whether labels stand side by side. */
  readonly multiLabel: boolean;
  readonly loss: Pick<Loss, "activation">;
}

/** @throws {DataError} "one-class" where the examples have one class only: nothing can be chosen by them */
export function chosenThreshold(predictions: Predictions, merit: ThresholdMerit): number {
  const found = bestThreshold(predictions, merit);
  if (found !== undefined) return found;
  throw new DataError("one-class", "A threshold cannot be chosen: the validation pictures are of one class.", {
    hint: "Validate on pictures of both classes, or give the threshold as a number.",
  });
}

import { UsageError } from "../base/errors.ts";
import { checkNumber } from "../base/options.ts";
import { suggestion } from "../base/suggestion.ts";
import { classCounts } from "../data/by-class.ts";
import type { Dataset } from "../data/dataset.ts";
import { balancedWeights } from "../program/class-weights.ts";

/** What the examples of each class weigh in the loss: "balanced", or numbers by class, those not named weighing 1. */
export type ClassWeights = "balanced" | Readonly<Record<string, number>>;

/** @throws {UsageError} "bad-option" for what is neither "balanced" nor numbers above 0 by class */
export function checkClassWeights(weights: ClassWeights): void {
  if (weights === "balanced") return;
  if (typeof weights !== "object" || weights === null) {
    throw new UsageError("bad-option", `classWeights must be "balanced" or numbers by class, not ${String(weights)}.`, {
      hint: "--class-weights balanced, or --class-weights ants=2,bees=1",
    });
  }
  for (const [name, weight] of Object.entries(weights)) checkNumber(`The weight of "${name}"`, weight, { moreThan: 0 });
}

/**
 * The weight of each class of the training data, [C].
 *
 * @throws {UsageError} "bad-option" for a class that is not there, and for data with several labels an example
 */
export function classWeightsOf(train: Dataset, weights: ClassWeights): readonly number[] {
  checkClassWeights(weights);
  requireOneClass(train, "Class weights");
  const { classes } = train;
  if (weights === "balanced") return balancedWeights(classCounts(train));
  const unknown = Object.keys(weights).find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new UsageError("bad-option", `A weight is given for "${unknown}", which is no class of the data.`, {
      ...suggestion(unknown, classes),
    });
  }
  return classes.map((name) => (Object.hasOwn(weights, name) ? (weights[name] ?? 1) : 1));
}

/** Refuses data that do not have one class an example. @throws {UsageError} "bad-option" */
export function requireOneClass({ targets }: Dataset, what: string): void {
  if (!targets) return;
  throw new UsageError("bad-option", `${what} ask for one class an example; the data have targets of several outputs.`);
}

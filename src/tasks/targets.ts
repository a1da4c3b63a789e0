import { UsageError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Loss, LossName } from "../program/losses.ts";

/** The loss that fits a number of classes: one logit for two, one per class for more. */
export const defaultLoss = (classes: number): LossName =>
  classes === 2 ? "binaryCrossEntropy" : "softmaxCrossEntropy";

/**
 * Logits that the last layer needs: one for two classes under binary cross-entropy, else one per class. Two labels that
 * do not exclude each other (`Dataset.targets`) need one each.
 */
export const unitsFor = (loss: LossName, { classes, targets }: Pick<Dataset, "classes" | "targets">): number =>
  loss === "binaryCrossEntropy" && classes.length === 2 && !targets ? 1 : classes.length;

/**
 * What is true of each example, as the loss wants it, [C]: one-hot, or 0 and 1 for a single logit.
 *
 * @param units logits of the model
 * @throws {UsageError} "bad-option" where classes, loss and logits do not fit together
 */
export function targetsOf(dataset: Dataset, { loss, units }: { readonly loss: Loss; readonly units: number }) {
  const classes = dataset.classes.length;
  if (dataset.targets) return (index: number) => checked(dataset.targets?.(index) ?? [], dataset.name(index), units);
  if (units === 1 && classes === 2 && loss.activation === "sigmoid") return (index: number) => [dataset.label(index)];
  if (units === classes) return (index: number) => oneHot(dataset.label(index), classes);
  throw new UsageError(
    "bad-option",
    `${classes} classes do not fit a model with ${units} logit${units === 1 ? "" : "s"}.`,
    {
      hint: `End the head with dense(${unitsFor(loss.name, dataset)}) for ${loss.name}.`,
    },
  );
}

function checked(targets: readonly number[], name: string, units: number): readonly number[] {
  if (targets.length === units) return targets;
  throw new UsageError(
    "bad-option",
    `The example ${name} has ${targets.length} targets; the model has ${units} logit${units === 1 ? "" : "s"}.`,
    { hint: "End the head with one unit per target." },
  );
}

const oneHot = (label: number, classes: number): readonly number[] =>
  Array.from({ length: classes }, (_, at) => (at === label ? 1 : 0));

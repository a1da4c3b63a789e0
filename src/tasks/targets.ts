import { UsageError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Loss, LossName } from "../program/losses.ts";

/** The loss that fits a number of classes: one logit for two, one per class for more. */
export const defaultLoss = (classes: number): LossName =>
  classes === 2 ? "binaryCrossEntropy" : "softmaxCrossEntropy";

/** Logits that the last layer needs: one for two classes under binary cross-entropy, else one per class. */
export const unitsFor = (loss: LossName, classes: number): number =>
  loss === "binaryCrossEntropy" && classes === 2 ? 1 : classes;

/**
 * What is true of each example, as the loss wants it, [C]: one-hot, or 0 and 1 for a single logit.
 *
 * @param units logits of the model
 * @throws {UsageError} "bad-option" where classes, loss and logits do not fit together
 */
export function targetsOf(dataset: Dataset, { loss, units }: { readonly loss: Loss; readonly units: number }) {
  const classes = dataset.classes.length;
  if (dataset.targets) return (index: number) => dataset.targets?.(index) ?? [];
  if (units === 1 && classes === 2 && loss.activation !== "softmax") return (index: number) => [dataset.label(index)];
  if (units === classes) return (index: number) => oneHot(dataset.label(index), classes);
  throw new UsageError(
    "bad-option",
    `${classes} classes do not fit a model with ${units} logit${units === 1 ? "" : "s"}.`,
    {
      hint: `End the head with dense(${unitsFor(loss.name, classes)}) for ${loss.name}.`,
    },
  );
}

const oneHot = (label: number, classes: number): readonly number[] =>
  Array.from({ length: classes }, (_, at) => (at === label ? 1 : 0));

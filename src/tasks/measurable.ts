import { UsageError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { type MeasureName, measureNames, measures } from "../evaluation/measures.ts";
import { Predictions } from "../evaluation/predictions.ts";
import type { Loss } from "../program/losses.ts";
import { targetsOf, unitsFor } from "./targets.ts";

/**
 * Refuses a measure that says nothing of a data set, whatever a model may answer: F1 where values are to be met, the area
 * under a curve where all examples are of one class.
 *
 * @throws {UsageError} "bad-option"
 */
export function checkMeasurable(metric: MeasureName, dataset: Dataset, loss: Loss): void {
  if (metric === "loss") return;
  const predictions = silent(dataset, loss);
  if (measures[metric].of(predictions) !== undefined) return;
  const known = measureNames.filter((name) => measures[name].of(predictions) !== undefined);
  throw new UsageError("bad-option", `"${metric}" cannot be measured on these validation data under ${loss.name}.`, {
    hint: `Measures that can be: ${known.join(", ")}.`,
  });
}

/** What a model would say that gives 0 for everything. */
function silent(dataset: Dataset, loss: Loss): Predictions {
  const units = unitsFor(loss.name, dataset);
  const target = targetsOf(dataset, { loss, units });
  const indices = Array.from({ length: dataset.size }, (_, index) => index);
  const targets = new Float32Array(dataset.size * units);
  for (const index of indices) targets.set(target(index), index * units);
  return new Predictions({
    activation: loss.activation,
    exclusive: dataset.targets === undefined,
    indices,
    logits: new Float32Array(dataset.size * units),
    targets,
    losses: new Float32Array(dataset.size),
  });
}

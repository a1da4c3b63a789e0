import { UsageError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import type { ProblemType } from "../models/model-config.ts";
import { modelFiles, type SavedDtype } from "../models/transformers-js.ts";
import { writeModelFolder } from "../models/write-model-folder.ts";
import type { Loss } from "../program/losses.ts";
import type { Base } from "./base-model.ts";
import type { Finished } from "./classifier.ts";
import { shownName } from "./find-model.ts";
import type { Host } from "./host.ts";
import type { PhaseResult } from "./phase.ts";

export interface SaveOptions {
  /** Replaces a model folder, or an empty one, that stands there already. */
  readonly overwrite?: boolean;
  /** Numbers measured on validation data, for the model card: valAccuracy, valLoss. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Settings worth telling in the card. */
  readonly training?: Readonly<Record<string, string | number>>;
  /** How weights are kept: "float32" (default), or "float16" in half the space, with float32 inputs and outputs. */
  readonly dtype?: SavedDtype | undefined;
}

interface SavedModelOptions extends SaveOptions {
  readonly base: Base;
  /** Whether labels do not exclude each other: the data had `targets`. */
  readonly multiLabel: boolean;
}

/**
 * Writes a finished model as a model folder, with the loss that it was trained with.
 *
 * @throws {HostError} "run-exists" · "disk-full" · "write-failed" · {UsageError} "bad-option" · {ModelError}
 *   "unsupported-model" where float16 is asked for and the model has an op that Regraft does not know
 */
export async function saveModel(
  folder: string,
  model: Finished,
  { base, overwrite = false, metrics = {}, training = {}, dtype = "float32", multiLabel, ...rest }: SavedModelOptions,
  { store }: Pick<Host, "store">,
): Promise<void> {
  refuseUnknown("save", rest);
  checkDtype(dtype);
  const name = shownName(base, store);
  const card = {
    title: `${listed(model.labels)}: fine-tuned from ${name}`,
    summary: `Tells ${model.labels.length} classes apart: ${listed(model.labels)}. Trained with Regraft from ${name}.`,
    metrics,
    training,
  };
  await writeModelFolder(
    folder,
    {
      graph: model.graph,
      labels: model.labels,
      preprocessing: model.preprocessing,
      baseModel: { name, config: base.loaded.config },
      card,
      problemType: problemTypeOf(model.loss, multiLabel),
      loss: model.loss,
      threshold: model.threshold,
      dtype,
    },
    { store, overwrite },
  );
}

/** @throws {UsageError} "bad-option" */
export function checkDtype(dtype: SavedDtype): void {
  if (Object.hasOwn(modelFiles, dtype)) return;
  throw new UsageError("bad-option", `dtype must be one of ${Object.keys(modelFiles).join(", ")}, not "${dtype}".`);
}

/** Softmax makes labels exclude each other whatever the data says. */
function problemTypeOf({ activation }: Loss, multiLabel: boolean): ProblemType {
  if (activation === "identity") return "regression";
  return activation === "sigmoid" && multiLabel ? "multi_label_classification" : "single_label_classification";
}

/** Settings of the phases as rows of the card, which is the same whenever the run is done again: no time of any kind. */
export function phaseRows(phases: readonly PhaseResult[]): Readonly<Record<string, string>> {
  const row = ({ name, epochs, valAccuracy }: PhaseResult) =>
    [
      `Phase "${name}"`,
      `${epochs} ${epochs === 1 ? "epoch" : "epochs"}, validation accuracy ${valAccuracy.toFixed(4)}`,
    ] as const;
  return Object.fromEntries(phases.map(row));
}

const most = 6;

function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, most).join(", ");
  return labels.length > most ? `${shown} and ${labels.length - most} more` : shown;
}

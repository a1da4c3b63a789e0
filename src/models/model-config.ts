import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { pretrainedCfgSchema } from "./timm-preprocessing.ts";

/** What the Hub calls the kinds of classifiers, by how their logits are to be read. */
export type ProblemType = "single_label_classification" | "multi_label_classification" | "regression";

/** Regraft's own part: `problem_type` alone leaves the loss open. */
export const savedLossSchema = z.object({
  loss: z.enum(["softmaxCrossEntropy", "binaryCrossEntropy", "meanSquaredError"]),
  /** From 0 to below 1. */
  label_smoothing: z.number().min(0).lt(1),
});

export type SavedLoss = z.output<typeof savedLossSchema>;

/** What a model folder tells beside that: how to choose one of two classes. */
const savedSchema = savedLossSchema.extend({
  /** The score of the second from which on it is chosen. */
  threshold: z.number().gt(0).lte(1).optional(),
});

export type SavedJudgement = z.output<typeof savedSchema>;

const configSchema = z.object({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  /** timm's name of the network. */
  architecture: z.string().nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  problem_type: z.string().nullish(),
  regraft: savedSchema.nullish(),
  pretrained_cfg: pretrainedCfgSchema.nullish(),
});

/** What Regraft reads of a config.json. */
export type ModelConfig = z.output<typeof configSchema>;

/** @throws {ModelError} "bad-model-folder" */
export const readModelConfig = (text: string, file = "config.json"): ModelConfig => parseJson(text, file, configSchema);

/**
 * Class names in the order of the logits.
 *
 * @throws {ModelError} "bad-model-folder" where the numbers are not 0 to n − 1
 */
export function labelsOf({ id2label }: ModelConfig, file = "config.json"): readonly string[] | undefined {
  if (!id2label) return undefined;
  const labels = Object.keys(id2label).map((_, index) => id2label[String(index)]);
  const missing = labels.indexOf(undefined);
  const known = labels.filter((label) => label !== undefined);
  if (missing < 0) return known;
  throw new ModelError(
    "bad-model-folder",
    `${file}: id2label has ${labels.length} labels, but none for class ${missing}.`,
  );
}

/** A label per line; empty lines at the end do not count. */
export const labelsOfText = (text: string): readonly string[] =>
  text
    .replace(/\s+$/, "")
    .split(/\r?\n/)
    .map((line) => line.trim());

import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import { parseJson } from "./json.ts";
import { pretrainedCfgSchema } from "./timm-preprocessing.ts";

const configSchema = z.object({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  problem_type: z.string().nullish(),
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

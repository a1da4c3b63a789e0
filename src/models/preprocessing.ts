import { ModelError, UsageError } from "../base/errors.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { preprocessingPresets } from "../image/presets.ts";

/** @throws {UsageError} "bad-option" for an unknown name */
export function presetNamed(name: string): Preprocessing {
  const known: Readonly<Record<string, Preprocessing>> = preprocessingPresets;
  const preset = Object.hasOwn(known, name) ? known[name] : undefined;
  if (preset) return preset;
  throw new UsageError("bad-option", `There is no preprocessing preset "${name}".`, {
    hint: `Choose one of ${Object.keys(known).join(", ")}.`,
  });
}

/** @throws {ModelError} "no-preprocessing" where the model does not say how its pictures are to be prepared */
export function requirePreprocessing({
  path,
  preprocessing,
}: {
  readonly path: string;
  readonly preprocessing: Preprocessing | undefined;
}): Preprocessing {
  if (preprocessing) return preprocessing;
  throw new ModelError("no-preprocessing", `The model "${path}" does not say how its pictures are to be prepared.`, {
    hint: `Put a preprocessor_config.json beside it, or name a preset: ${Object.keys(preprocessingPresets).join(", ")}.`,
  });
}

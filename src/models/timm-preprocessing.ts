import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import type { Interpolation } from "../image/image.ts";
import { mostPixels } from "../image/most-pixels.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { divisors, triple } from "./channel-numbers.ts";
import { requirePixels } from "./hugging-face-preprocessing.ts";

const side = z.number().int().positive().max(mostPixels);

/** timm's `pretrained_cfg`, inside of config.json. */
export const pretrainedCfgSchema = z.object({
  input_size: z.tuple([z.number(), side, side]),
  interpolation: z.string(),
  crop_pct: z.number().positive(),
  crop_mode: z.string().nullish(),
  mean: triple,
  std: divisors,
  /** Name of the module that is the classifier. */
  classifier: z.union([z.string(), z.array(z.string())]).nullish(),
});

type PretrainedCfg = z.output<typeof pretrainedCfgSchema>;

const interpolations: Readonly<Record<string, Interpolation>> = {
  nearest: "nearest",
  bilinear: "bilinear",
  bicubic: "bicubic",
  lanczos: "lanczos",
};

/**
 * timm's evaluation transform: resize to floor(input_size / crop_pct), by the short side (crop_mode "center") or both
 * sides ("squash"), then crop input_size from the centre, scale to [0, 1] and normalize.
 *
 * @throws {ModelError} "bad-model-folder" for other crop modes and interpolations
 * @see timm.data.transforms_factory.transforms_imagenet_eval
 */
export function timmPreprocessing(cfg: PretrainedCfg, file = "config.json"): Preprocessing {
  const [, height, width] = cfg.input_size;
  const interpolation = Object.hasOwn(interpolations, cfg.interpolation)
    ? interpolations[cfg.interpolation]
    : undefined;
  if (!interpolation) throw unsupported(file, "interpolation", cfg.interpolation, Object.keys(interpolations));
  const scaled = { height: Math.floor(height / cfg.crop_pct), width: Math.floor(width / cfg.crop_pct) };
  for (const scaledSide of Object.values(scaled)) requirePixels(scaledSide, { file, what: "input_size and crop_pct" });
  const mode = cfg.crop_mode ?? "center";
  const bySide = mode === "center" && height === width;
  if (!bySide && mode !== "squash")
    throw unsupported(file, "crop_mode", `${mode} at ${height}x${width}`, ["center", "squash"]);
  return {
    resize: bySide ? { kind: "shortest-edge", size: scaled.height } : { kind: "exact", ...scaled },
    interpolation,
    crop: { width, height },
    scale: 1 / 255,
    mean: cfg.mean,
    std: cfg.std,
    channels: "RGB",
    layout: "NCHW",
  };
}

function unsupported(file: string, field: string, value: string, known: readonly string[]): ModelError {
  return new ModelError(
    "bad-model-folder",
    `${file} has pretrained_cfg.${field} ${value}, which Regraft does not do; it knows ${known.join(", ")}.`,
    { hint: "Choose a preset of preprocessing by name, if one matches the model." },
  );
}

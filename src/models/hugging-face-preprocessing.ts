import { z } from "zod";
import { ModelError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import type { Interpolation } from "../image/image.ts";
import { mostPixels } from "../image/most-pixels.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { divisor, divisors, triple as triples } from "./channel-numbers.ts";
import { type ProcessorKind, processorKind } from "./processor-kinds.ts";

const pixels = z.number().int().positive().max(mostPixels);
const box = z.union([pixels, z.object({ shortest_edge: pixels }), z.object({ height: pixels, width: pixels })]);
const perChannel = z.union([z.number(), triples]);

const processorSchema = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().optional(),
  size: box.optional(),
  resample: z.number().int().min(0).max(5).optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: box.optional(),
  crop_pct: z.number().positive().max(1).nullish(),
  do_rescale: z.boolean().optional(),
  rescale_factor: z.number().positive().optional(),
  rescale_offset: z.boolean().optional(),
  do_normalize: z.boolean().optional(),
  image_mean: perChannel.nullish(),
  image_std: z.union([divisor, divisors]).nullish(),
  include_top: z.boolean().optional(),
  do_flip_channel_order: z.boolean().optional(),
  do_pad: z.boolean().nullish(),
});

type Processor = z.output<typeof processorSchema>;
type Box = z.output<typeof box>;

/** Pillow's filters by the number that `resample` holds. */
const interpolations: readonly (Interpolation | undefined)[] = ["nearest", "lanczos", "bilinear", "bicubic"];

/** Values taken where the file leaves a field out: those of transformers.js, which reads the same files. */
const DEFAULTS = { do_center_crop: false, do_rescale: true, rescale_factor: 1 / 255, resample: 2 } as const;

interface ReadPreprocessing {
  readonly preprocessing: Preprocessing;
  /** What the file does not say and was taken by convention, as "field = value". */
  readonly assumed: readonly string[];
}

/**
 * Reads a preprocessor_config.json.
 *
 * @param file what to call the file in messages
 * @throws {ModelError} "bad-model-folder" where a needed field is missing or asks for something that is not done here
 */
export function readPreprocessorConfig(text: string, file = "preprocessor_config.json"): ReadPreprocessing {
  const config = parseJson(text, file, processorSchema);
  const kind = processorKind(config.image_processor_type ?? config.feature_extractor_type);
  refuseUnsupported(config, file);
  const assumed: string[] = [];
  const field = <K extends keyof typeof DEFAULTS>(name: K) => {
    const value = config[name];
    if (value === undefined) assumed.push(`${name} = ${DEFAULTS[name]}`);
    return value ?? DEFAULTS[name];
  };
  const scale = field("do_rescale") ? Number(field("rescale_factor")) : 1;
  const { resize, crop } = geometry(config, kind, Boolean(field("do_center_crop")), file);
  if (resize.kind === "shortest-edge") requirePixels(resize.size, { file, what: "size and crop_pct" });
  const interpolation = resize.kind === "none" ? "bilinear" : interpolations[Number(field("resample"))];
  if (!interpolation)
    throw unsupported(file, `resample ${config.resample}`, "0 (nearest), 1 (lanczos), 2 (bilinear) or 3 (bicubic)");
  return {
    preprocessing: { resize, crop, interpolation, scale, ...normalization(config, kind, file), layout: "NCHW" },
    assumed,
  };
}

function refuseUnsupported(config: Processor, file: string): void {
  if (config.do_pad === true) throw unsupported(file, "do_pad", "no padding");
  if (config.rescale_offset === true) throw unsupported(file, "rescale_offset", "no offset");
}

type Geometry = Pick<Preprocessing, "resize" | "crop">;

function geometry(config: Processor, kind: ProcessorKind, cropped: boolean, file: string): Geometry {
  const { size, crop_size, crop_pct } = config;
  const crop = cropped ? rectangle(crop_size ?? size, `${file}: crop_size`) : undefined;
  if (!(config.do_resize ?? size !== undefined)) return { resize: { kind: "none" }, crop };
  if (size === undefined) throw missing(file, "size");
  const short = shortSideOf(size, kind);
  if (short === undefined) return { resize: { kind: "exact", ...rectangle(size, `${file}: size`) }, crop };
  return sized[kind.sizing]({ short, cropPct: crop_pct ?? undefined, crop });
}

interface SizingContext {
  readonly short: number;
  readonly cropPct: number | undefined;
  readonly crop: Geometry["crop"];
}

const shortestEdge = (size: number) => ({ kind: "shortest-edge", size }) as const;

const sized: { readonly [S in ProcessorKind["sizing"]]: (context: SizingContext) => Geometry } = {
  plain: ({ short, crop }) => ({ resize: shortestEdge(short), crop }),
  convnext: ({ short, cropPct = 224 / 256 }) =>
    short < 384
      ? { resize: shortestEdge(Math.floor(short / cropPct)), crop: { width: short, height: short } }
      : { resize: { kind: "exact", width: short, height: short }, crop: undefined },
  poolformer: ({ short, cropPct, crop }) => ({
    resize: shortestEdge(cropPct === undefined ? short : Math.floor(short / cropPct)),
    crop,
  }),
  levit: ({ short, crop }) => ({ resize: shortestEdge(Math.floor((256 / 224) * short)), crop }),
};

function shortSideOf(size: Box, { square }: ProcessorKind): number | undefined {
  if (typeof size === "number") return square ? undefined : size;
  return "shortest_edge" in size ? size.shortest_edge : undefined;
}

function rectangle(size: Box | undefined, what: string): { readonly width: number; readonly height: number } {
  if (typeof size === "number") return { width: size, height: size };
  if (size && "height" in size) return { width: size.width, height: size.height };
  if (size) return { width: size.shortest_edge, height: size.shortest_edge };
  throw new ModelError("bad-model-folder", `${what} is missing.`, { hint: "Complete the file." });
}

type Normalization = Pick<Preprocessing, "mean" | "std" | "channels">;

/** Mean and std stand in the file in RGB order: the order of channels is turned afterwards. */
function normalization(config: Processor, kind: ProcessorKind, file: string): Normalization {
  const channels = config.do_flip_channel_order === true ? "BGR" : "RGB";
  const doNormalize = config.do_normalize ?? config.image_mean != null;
  if (!doNormalize) return { mean: [0, 0, 0], std: [1, 1, 1], channels };
  const mean = triple(config.image_mean, file, "image_mean");
  const once = triple(config.image_std, file, "image_std");
  const twice = kind.normalizesTwice && config.include_top !== false;
  // (x − mean) / std / std
  const std = twice ? ([once[0] ** 2, once[1] ** 2, once[2] ** 2] as const) : once;
  return { mean: inOrder(mean, channels), std: inOrder(std, channels), channels };
}

type Triple = readonly [number, number, number];

/** Exchanges the order between RGB and `channels`; its own inverse. */
export const inOrder = ([r, g, b]: Triple, channels: "RGB" | "BGR"): Triple =>
  channels === "RGB" ? [r, g, b] : [b, g, r];

function triple(value: z.output<typeof perChannel> | null | undefined, file: string, name: string): Triple {
  if (value == null) throw missing(file, name);
  return typeof value === "number" ? [value, value, value] : value;
}

/** @throws {ModelError} "bad-model-folder" for a side that no picture is scaled to */
export function requirePixels(side: number, { file, what }: { readonly file: string; readonly what: string }): void {
  if (side >= 1 && side <= mostPixels) return;
  throw new ModelError("bad-model-folder", `${file}: by ${what} a side would have ${side} pixels.`, {
    hint: `A side has 1 to ${mostPixels} pixels. Correct the file, or choose a preset of preprocessing by name.`,
  });
}

const missing = (file: string, name: string): ModelError =>
  new ModelError("bad-model-folder", `${file} does not say "${name}".`, {
    hint: "Add it to the file, or choose a preset of preprocessing by name.",
  });

const unsupported = (file: string, what: string, instead: string): ModelError =>
  new ModelError("bad-model-folder", `${file} asks for ${what}, which Regraft does not do; it knows ${instead}.`, {
    hint: "Choose a preset of preprocessing by name, if one matches the model.",
  });

/** The number of an interpolation in `resample`. */
export const resampleCode = (interpolation: Interpolation): number => interpolations.indexOf(interpolation);

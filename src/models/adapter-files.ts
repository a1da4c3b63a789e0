import { z } from "zod";
import type { Tensor } from "../base/tensor.ts";
import type { Layer } from "../rewrite/layers.ts";
import { type SavedLoss, savedLossSchema } from "./model-config.ts";

/** A low-rank adapter and the new layers that were trained with it. */
export interface AdapterContent {
  readonly rank: number;
  readonly alpha: number;
  /** The base's name on the Hub, or its path. */
  readonly baseModel: string;
  /** A [rank, inputs] and B [outputs, rank] by the module that they adapt; beside a Conv with ones behind. */
  readonly factors: Readonly<Record<string, { readonly A: Tensor; readonly B: Tensor }>>;
  /** Weights of the new layers by name: "head.1.weight". */
  readonly saved: Readonly<Record<string, Tensor>>;
  readonly head: readonly Layer[];
  readonly labels: readonly string[];
  readonly loss: SavedLoss;
  /** Whether labels do not exclude each other. */
  readonly multiLabel: boolean;
}

/** The files of an adapter folder. */
export const adapterFiles = {
  config: "adapter_config.json",
  tensors: "adapter_model.safetensors",
  about: "regraft.json",
} as const;
/** What PEFT calls the base, in front of each key. */
export const prefix = "base_model.model.";
export const suffixes = { A: ".lora_A.weight", B: ".lora_B.weight" } as const;

const none = z.record(z.string(), z.unknown()).refine((pattern) => Object.keys(pattern).length === 0, {
  error: "a pattern of its own for some layers is not read",
});
const off = z.literal(false, { error: "only false is read" });

/** What of a LoraConfig decides how an adapter computes; other variants than plain LoRA are refused. */
export const loraConfigSchema = z.object({
  peft_type: z.literal("LORA", { error: "only LORA is read" }),
  base_model_name_or_path: z.string().nullish(),
  r: z.number().int().positive().default(8),
  lora_alpha: z.number().positive().default(8),
  bias: z.literal("none", { error: 'only "none" is read' }).default("none"),
  fan_in_fan_out: off.default(false),
  use_dora: off.default(false),
  use_rslora: off.default(false),
  rank_pattern: none.default({}),
  alpha_pattern: none.default({}),
});

const layerSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("dense"),
    units: z.number().int().positive(),
    init: z.enum(["glorot-uniform", "he-uniform", "zeros"]),
  }),
  z.object({ kind: z.literal("relu") }),
  z.object({ kind: z.literal("dropout"), rate: z.number().min(0).lt(1) }),
]);

/** New layers behind a base. */
const mostLayers = 100;

/** Regraft's own part. */
export const aboutSchema = z.object({
  head: z.array(layerSchema).max(mostLayers).readonly(),
  labels: z.array(z.string()).readonly(),
  loss: savedLossSchema,
  multi_label: z.boolean(),
});

import type { SkippedLayer } from "../rewrite/lora-layers.ts";
import type { TransferModel } from "./transfer-model.ts";

/** What low-rank adapters came to. */
export interface TrainedLora {
  readonly rank: number;
  readonly alpha: number;
  /** The modules that are adapted, as PEFT would call them. */
  readonly modules: readonly string[];
  readonly skipped: readonly SkippedLayer[];
  /** How many numbers were trained, the new layers' included, and how many stayed as they were. */
  readonly trainable: number;
  readonly frozen: number;
  /** The folder of the adapter. */
  readonly path: string;
}

/** @param path where the adapter is to stand */
export function trainedLora(
  { lora: adapters, parameters }: Pick<TransferModel, "lora" | "parameters">,
  path: string,
): TrainedLora | undefined {
  if (!adapters) return undefined;
  const { lora, skipped } = adapters;
  const modules = lora.adapters.map(({ module }) => module);
  return { rank: lora.rank, alpha: lora.alpha, modules, skipped, ...parameters, path };
}

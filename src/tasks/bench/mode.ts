import { UsageError } from "../../base/errors.ts";
import type { Unfreeze } from "../../rewrite/trainable.ts";

/**
 * What is timed.
 *
 * - "full": a training step of a new head and of all layers of the base
 * - { lastLayers }: the same for the last layers of the base, as `unfreeze` counts them
 * - "head": the frozen base's features of a batch, and a training step of the new head on them
 * - "forward": the frozen base's features alone
 */
export type BenchMode = "full" | "head" | "forward" | { readonly lastLayers: number };

/** @throws {UsageError} "bad-option" for anything but the four forms */
export function checkMode(mode: unknown): void {
  if (mode === "full" || mode === "head" || mode === "forward") return;
  const lastLayers = typeof mode === "object" && mode !== null && "lastLayers" in mode ? mode.lastLayers : undefined;
  if (typeof lastLayers === "number" && Number.isInteger(lastLayers) && lastLayers > 0) return;
  const hint =
    lastLayers === 0
      ? 'No layer of the base is trained in the mode "head".'
      : 'Use "full", "head", "forward" or { lastLayers: 3 }.';
  throw new UsageError("bad-option", `mode cannot be ${JSON.stringify(mode)}.`, { hint });
}

/** What of the base is trained. */
export function unfreezeOf(mode: BenchMode): Unfreeze {
  if (typeof mode === "object") return mode;
  return mode === "full" ? "all" : "none";
}

/** As it is typed: "full", "last 3". */
export const modeName = (mode: BenchMode): string => (typeof mode === "object" ? `last ${mode.lastLayers}` : mode);

import { balancedOrder } from "../data/balanced-order.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FitOptions } from "../training/fit.ts";
import { requireOneClass } from "./class-weights.ts";

/** Which examples an epoch has: each once, in random order, or as many of every class (see `balancedOrder`). */
export type Sampling = "shuffled" | "balanced";

/** Each way by the name that a user gives it. */
export const samplings: { readonly [S in Sampling]: S } = { shuffled: "shuffled", balanced: "balanced" };

/** @throws {UsageError} "bad-option" for balanced data with several labels an example */
export function orderOf(sampling: Sampling, train: Dataset): FitOptions["order"] {
  if (sampling === "shuffled") return undefined;
  requireOneClass(train, "Balanced samples");
  return (indices, rng) => balancedOrder(indices, { labelOf: (index) => train.label(index), rng });
}

import { improves, type Monitor } from "../../training/callbacks/monitor.ts";
import type { PhaseEpoch } from "../phase.ts";
import type { Outcome } from "./training.ts";

/** The epoch that a training kept, which its accuracy and loss are of, counted over all phases; null where none could be. */
export function keptEpoch({ history }: Pick<Outcome, "history">, monitor: Monitor): number | null {
  let kept: PhaseEpoch | undefined;
  for (const one of history) if (improves(one, kept, monitor)) kept = one;
  return kept?.epoch ?? null;
}

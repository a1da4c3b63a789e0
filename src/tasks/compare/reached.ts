import type { Outcome } from "./training.ts";

/** When an accuracy was first reached on the validation pictures; null where it never was. */
export interface Reached {
  /** Counted over all phases. */
  readonly epochsToReach: number | null;
  /** Of epochs alone: reading pictures and features before them are not in it. */
  readonly secondsToReach: number | null;
}

export function reached({ history }: Pick<Outcome, "history">, accuracy: number): Reached {
  const at = history.findIndex(({ valMetrics }) => (valMetrics?.accuracy ?? 0) >= accuracy);
  if (at < 0) return { epochsToReach: null, secondsToReach: null };
  const seconds = history.slice(0, at + 1).reduce((sum, epoch) => sum + epoch.seconds, 0);
  return { epochsToReach: at + 1, secondsToReach: seconds };
}

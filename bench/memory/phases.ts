import type { FineTuneOptions } from "../../src/tasks/recipe.ts";

/** What of a network is trained, as options of `fineTune`. */
export const phases = {
  head: { title: "new head, base frozen", options: { headEpochs: 1, unfreeze: "none" } },
  full: { title: "full step", options: { headEpochs: 0, tuneEpochs: 1, unfreeze: "all" } },
  scratch: { title: "from scratch", options: { fromScratch: true, epochs: 1 } },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly options: FineTuneOptions }>>;

export type PhaseKey = keyof typeof phases;

export const phaseKeys = Object.keys(phases) as readonly PhaseKey[];

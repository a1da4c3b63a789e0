import type { Random } from "../../src/base/random.ts";

/** When a process is killed. */
export type KillPlan =
  /** So many milliseconds after it was started. */
  | { readonly at: "any time"; readonly afterMs: number }
  /** So many milliseconds after the nth time that something with this in its name is written in the run's folder. */
  | { readonly at: KillPlace; readonly nth: number; readonly afterMs: number };

export type KillPlace = "a checkpoint" | "the model" | "the history" | "the report";

/** What is written then: part of a name in the run's folder, and how often at most it is waited for. */
export const killPlaces: { readonly [P in KillPlace]: { readonly name: RegExp; readonly times: number } } = {
  "a checkpoint": { name: /^\.regraft-.*\.tmp$|^after-epoch-|^best-epoch-/, times: 20 },
  "the model": { name: /^model(\.partial|\.old)?$|^adapter/, times: 2 },
  "the history": { name: /^history\.jsonl$/, times: 4 },
  "the report": { name: /^report\.html$|^evaluation\.json$/, times: 1 },
};

const places = ["a checkpoint", "the model", "the history", "the report"] as const;

/** @param usualMs how long the whole training takes */
export function killPlan(rng: Random, usualMs: number): KillPlan {
  const draw = rng.next();
  if (draw < 0.5) return { at: "any time", afterMs: rng.uniform(0, usualMs) };
  const at = places[draw < 0.8 ? 0 : 1 + rng.int(places.length - 1)] ?? "a checkpoint";
  return { at, nth: 1 + rng.int(killPlaces[at].times), afterMs: rng.uniform(0, 10) };
}

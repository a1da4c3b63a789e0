import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Random, random } from "../../src/base/random.ts";
import { killPlan } from "./kill-plan.ts";
import { differences, leftovers, outcomeOf } from "./outcome.ts";
import type { CrashRecipe } from "./recipes.ts";
import { type Ended, train } from "./training.ts";

export interface CrashTestOptions {
  readonly recipes: readonly CrashRecipe[];
  /** Kills in all, from 1: the last run is gone on with until it is done. */
  readonly kills: number;
  readonly seed: number;
  /** Folder of pictures, with train/ and val/. */
  readonly data: string;
  readonly model: string;
  /** Folder to work in. */
  readonly folder: string;
  readonly print: (line: string) => void;
}

export interface CrashTestResult {
  readonly kills: number;
  /** Runs that were killed and gone on with until they were done, and compared. */
  readonly runs: number;
  /** Kills by the last event that the process had told. */
  readonly doing: Readonly<Record<string, number>>;
  /** Kills by what they waited for. */
  readonly at: Readonly<Record<string, number>>;
  /** Kills that left something half written. */
  readonly halfWritten: number;
  readonly refused: number;
  /** What went wrong, a sentence each. */
  readonly failures: readonly string[];
}

/**
 * Trains over and over, kills with SIGKILL at random moments, goes on until the run is done, and holds what came out against the
 * run that nobody interrupted: models and history must be the same to the last bit.
 */
export async function crashTest(options: CrashTestOptions): Promise<CrashTestResult> {
  const { recipes, kills, seed, print } = options;
  const tally: Tally = { kills: 0, runs: 0, refused: 0, halfWritten: 0, doing: {}, at: {}, failures: [] };
  const references = new Map<string, Reference>();
  let told = 0;
  for (let round = 0; tally.kills < kills; round++) {
    const recipe = recipes[round % recipes.length];
    if (!recipe) break;
    const wanted = Math.ceil((kills - tally.kills) / Math.max(1, recipes.length - (round % recipes.length)));
    await killed(recipe, {
      ...options,
      tally,
      references,
      rng: random(seed).fork("round", round),
      most: Math.min(wanted, 12),
    });
    for (const failure of tally.failures.slice(told)) print(`FAILED  ${failure}`);
    told = tally.failures.length;
    print(`${tally.kills} of ${kills} kills, ${tally.runs} runs compared, ${tally.failures.length} failures`);
  }
  return tally;
}

interface Tally {
  kills: number;
  runs: number;
  refused: number;
  halfWritten: number;
  readonly doing: Record<string, number>;
  readonly at: Record<string, number>;
  readonly failures: string[];
}

interface Round extends CrashTestOptions {
  readonly tally: Tally;
  /** By the recipe's name. */
  readonly references: Map<string, Reference>;
  readonly rng: Random;
  /** Kills of this run. */
  readonly most: number;
}

/** What a run comes to that nobody interrupts. */
interface Reference {
  readonly outcome: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/** The run that nobody interrupts; made once for each recipe. */
async function reference(recipe: CrashRecipe, { data, model, folder, print, references }: Round): Promise<Reference> {
  const known = references.get(recipe.name);
  if (known) return known;
  const run = join(folder, "uninterrupted");
  rmSync(run, { recursive: true, force: true });
  const ended = await train(["train", data, "--model", model, "--out", run, ...recipe.flags], run);
  if (ended.code !== 0) throw new Error(`The training that nobody kills failed: ${ended.errors}`);
  const made = { outcome: outcomeOf(run), seconds: ended.seconds };
  references.set(recipe.name, made);
  print(`${recipe.name}: ${ended.seconds.toFixed(1)} s without a kill`);
  return made;
}

/** One run, killed several times and gone on with until it is done. */
async function killed(recipe: CrashRecipe, round: Round): Promise<void> {
  const { data, model, folder, tally, rng, most } = round;
  const whole = await reference(recipe, round);
  const run = join(folder, "killed");
  for (const left of ["", ".regraft-new", ".regraft-old"]) rmSync(run + left, { recursive: true, force: true });
  const began = ["train", data, "--model", model, "--out", run, ...recipe.flags];
  for (let attempt = 0; ; attempt++) {
    const plan = attempt < most ? killPlan(rng.fork(attempt), 1000 * whole.seconds) : undefined;
    const words = existsSync(join(run, "run.json")) ? ["train", "--resume", run] : began;
    const ended = await train(words, run, plan);
    tally.refused += ended.refused;
    if (ended.killed && attempt > most + 20) {
      tally.failures.push(`${recipe.name}: something else kills it`);
      return;
    }
    if (ended.killed) {
      tally.kills++;
      tally.doing[ended.doing] = (tally.doing[ended.doing] ?? 0) + 1;
      const at = plan?.at ?? "any time";
      tally.at[at] = (tally.at[at] ?? 0) + 1;
      if (existsSync(run) && leftovers(run).length > 0) tally.halfWritten++;
      continue;
    }
    if (ended.code === 0 || isOver(ended)) break;
    tally.failures.push(`${recipe.name}: ${words.join(" ")} ended with ${ended.code}: ${ended.errors.slice(0, 400)}`);
    return;
  }
  tally.runs++;
  const different = differences(outcomeOf(run), whole.outcome);
  if (different.length > 0)
    tally.failures.push(`${recipe.name}: ${different.join(", ")} differ from the run that was not killed`);
  const left = leftovers(run);
  if (left.length > 0) tally.failures.push(`${recipe.name}: ${left.join(", ")} was left behind`);
}

/** Killed when all was done but the end of the process. */
const isOver = ({ errors }: Ended): boolean => errors.includes("is finished: there is nothing left to train");

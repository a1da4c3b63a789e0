import { DataError, type RegraftError, TrainingError } from "../base/errors.ts";
import { checkNumber, withDefaults } from "../base/options.ts";
import { mean, sum } from "../base/sums.ts";
import { classCounts } from "../data/by-class.ts";
import type { Dataset, TrainVal } from "../data/dataset.ts";
import { imageFolder } from "../data/image-folder.ts";
import { trainingShare } from "../data/training-share.ts";
import { type Contest, contest } from "../evaluation/contest.ts";
import type { MeasureName } from "../evaluation/measures.ts";
import { withoutSecrets } from "../hub/web-address.ts";
import { monitorOf } from "../training/callbacks/monitor.ts";
import type { StopReason } from "../training/events.ts";
import { type Base, loadBase } from "./base-model.ts";
import { keptEpoch } from "./compare/kept.ts";
import { comparisonNotes, phasesTold } from "./compare/notes.ts";
import { probe } from "./compare/probe.ts";
import { reached } from "./compare/reached.ts";
import { verdictClauses, verdictReasons, verdictSentence } from "./compare/sentence.ts";
import {
  checkStrategies,
  type StrategyName,
  type StrategyRecipe,
  strategies,
  strategyNames,
  strategyRecipe,
} from "./compare/strategies.ts";
import { type Training, type TrainingKey, trainOnce } from "./compare/training.ts";
import type { CompareEvent, CompareOptions, CompareResult, SizeResult, StrategyResult } from "./compare/types.ts";
import { type Contender, verdictOf } from "./compare/verdict.ts";
import type { Host } from "./host.ts";
import { checkRecipe, fineTuneDefaults, lightAugmentation, recipeDefaults } from "./recipe.ts";
import { writeComparisonReport } from "./report/write-comparison-report.ts";
import { createRunFolder, type RunFolder, runPaths } from "./run-folder.ts";
import { type ToldOption, toldOptions } from "./told-options.ts";

export type { CompareEvent, CompareOptions, CompareResult, SizeResult, StrategyResult };

type Named = "strategies" | "seeds" | "budget" | "sizes" | "augment" | "overwrite" | "report" | "given";
type Defaulted = Named | "seed" | "batch";

export const compareDefaults: Required<Pick<CompareOptions, Defaulted>> = {
  strategies: strategyNames,
  seeds: 3,
  budget: { epochs: 15 },
  sizes: [1],
  augment: false,
  overwrite: false,
  report: true,
  given: [],
  seed: 0,
  batch: fineTuneDefaults.batch,
};

/**
 * Trains a base in several ways on the same pictures, within the same budget and with the same seeds, and tells which way to
 * take. Before it starts it trains on a few pictures, to tell how long it will take. Leaves a folder with what was measured
 * (compare.json), every epoch of every training (history.jsonl), the best model of the strategy to take, and a page that
 * tells it all (report.html).
 *
 * @throws {UsageError} "bad-option" · {HostError} "run-exists" · "in-use" · {TrainingError} "interrupted" where no strategy was
 *   done · "nan-loss" where none came to anything · what `loadBase`, `imageFolder` and `fineTune` throw
 */
export async function compareStrategies(options: CompareOptions, host: Host): Promise<CompareResult> {
  const job = withDefaults(compareDefaults, { ...options, model: withoutSecrets(options.model) });
  checkJob(job);
  const { store, decoder } = host;
  const base = await loadBase(options.model, { headAt: job.headAt, preprocessing: job.preprocessing }, host);
  const val = job.val === undefined ? {} : { val: job.val };
  const data = await imageFolder(job.data, { store, decoder, seed: job.seed, ...val });
  const folder = await createRunFolder(job.out, { store, overwrite: job.overwrite });
  try {
    const result = await new Comparison({ job, base, data, folder, host }).run();
    await folder.keep();
    return result;
  } catch (error) {
    await folder.fail();
    throw error;
  }
}

type Job = ReturnType<typeof withDefaults<typeof compareDefaults, CompareOptions>>;

function checkJob(job: Job): void {
  checkNumber("seeds", job.seeds, { min: 1, integer: true });
  if ("epochs" in job.budget) checkNumber("budget", job.budget.epochs, { min: 1, integer: true });
  else checkNumber("budget", job.budget.seconds, { moreThan: 0 });
  for (const share of job.sizes) checkNumber("sizes", share, { moreThan: 0, max: 1 });
  if (job.reach !== undefined) checkNumber("reach", job.reach, { moreThan: 0, max: 1 });
  checkStrategies(job.strategies, job.budget);
  const { headLearningRate, tuneLearningRate, learningRate } = job;
  const common = withDefaults(recipeDefaults({}), commonOf(job));
  checkRecipe("compareStrategies", withDefaults(common, { headLearningRate, tuneLearningRate }));
  checkRecipe("compareStrategies", withDefaults(common, { fromScratch: true, learningRate }));
}

/** What all trainings have in common, as options of `fineTune`. */
function commonOf(job: Job) {
  const { data, model, out, strategies: _, seeds, budget, sizes, reach, val, headAt, preprocessing, ...rest } = job;
  const { overwrite, report, given, onEvent, augment, headLearningRate, tuneLearningRate, learningRate, ...common } =
    rest;
  return { ...common, augment: augment ? lightAugmentation : undefined };
}

interface Parts {
  readonly job: Job;
  readonly base: Base;
  readonly data: TrainVal;
  readonly folder: RunFolder;
  readonly host: Host;
}

class Comparison {
  readonly #parts: Parts;
  readonly #names: readonly StrategyName[];
  readonly #shares: readonly number[];
  readonly #trainings: Omit<Training, "model">[] = [];
  readonly #failed = new Map<StrategyName, Error>();
  /** Of which training each strategy's model is that was saved last. */
  readonly #bestModels = new Map<StrategyName, Training["outcome"]>();
  readonly #started: string;
  #stopped: StopReason = "done";

  constructor(parts: Parts) {
    this.#parts = parts;
    const { strategies: wanted, sizes } = parts.job;
    this.#names = strategyNames.filter((name) => wanted.includes(name));
    this.#shares = [...new Set(sizes)].sort((a, b) => a - b);
    this.#started = parts.host.date();
  }

  async run(): Promise<CompareResult> {
    const { job, base, data, host } = this.#parts;
    const keys = this.#keys();
    const [train, val] = [data.train.size, data.val.size];
    this.#tell({ type: "begin", model: base.path, classes: data.train.classes, train, val, trainings: keys.length });
    await this.#describe({ status: "running" });
    const estimatedSeconds = await this.#estimate();
    const started = host.now();
    for (const [at, key] of keys.entries()) {
      if (job.signal?.aborted) this.#stopped = "interrupted";
      if (this.#stopped === "interrupted") break;
      if (!this.#failed.has(key.strategy)) await this.#train(key, { at: at + 1, of: keys.length });
    }
    const result = this.#result({ estimatedSeconds, seconds: (host.now() - started) / 1000 });
    await this.#write(result);
    return job.report ? { ...result, report: await this.#report(result) } : result;
  }

  /** A page that could not be made costs nobody a comparison: what it would have said lies in compare.json. */
  async #report(result: CompareResult): Promise<string | undefined> {
    const { data, folder, host } = this.#parts;
    const { report: path } = folder.paths;
    this.#tell({ type: "reporting" });
    try {
      const about = { started: this.#started, options: this.#options(), versions: host.versions };
      await writeComparisonReport({ path, result, about, data }, host.store);
      return runPaths(host.store, folder.path).report;
    } catch (error) {
      this.#tell({ type: "no-report", reason: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  /** Seed by seed, share by share, so that what was stopped half-way has as much of every strategy. */
  #keys(): readonly TrainingKey[] {
    const { seeds, seed } = this.#parts.job;
    return Array.from({ length: seeds }, (_, at) => seed + at).flatMap((own) =>
      this.#shares.flatMap((share) => this.#names.map((strategy) => ({ strategy, seed: own, share }))),
    );
  }

  /** Seconds that all trainings will take, told before the first begins. */
  async #estimate(): Promise<number> {
    const { job, base, data, host } = this.#parts;
    const { budget, seeds } = job;
    const seconds = new Map<string, number>();
    for (const strategy of this.#names) {
      if ("seconds" in budget) {
        seconds.set(strategy, budget.seconds * seeds * this.#shares.length);
        continue;
      }
      this.#tell({ type: "probing", strategy });
      const probing = { base, data, recipe: this.#recipe(strategy).options, common: commonOf(job) };
      // The very first training of a process finds nothing warm, which none of those to come will meet.
      if (seconds.size === 0) await probe(probing, host).catch(unlessItsOwn);
      const probed = await probe(probing, host).catch(unlessItsOwn);
      if (!probed) continue;
      const perSeed = this.#shares.map((share) => probed.seconds(share * data.train.size, data.val.size));
      seconds.set(strategy, seeds * sum(perSeed));
      if (job.signal?.aborted) throw interrupted();
    }
    const all = sum([...seconds.values()]);
    this.#tell({ type: "estimate", seconds: all, strategies: Object.fromEntries(seconds) });
    return all;
  }

  async #train(key: TrainingKey, place: { readonly at: number; readonly of: number }): Promise<void> {
    const { job, base, data, host } = this.#parts;
    this.#tell({ type: "training", ...key, ...place });
    const own = { ...data, train: trainingShare(data.train, { share: key.share, seed: job.seed }) };
    const recipe = this.#recipe(key.strategy);
    const onEvent = (event: Parameters<Parameters<typeof trainOnce>[0]["onEvent"]>[0]) =>
      this.#tell({ type: "run", event });
    const options = { base, data: own, key, recipe, common: commonOf(job), onEvent };
    const training = await trainOnce(options, host).catch((error: unknown) => {
      unlessItsOwn(error);
      this.#fail(key, error);
    });
    if (!training) {
      if (!this.#failed.has(key.strategy)) this.#stopped = "interrupted";
      return;
    }
    const { model, ...rest } = training;
    // Ended by Ctrl-C: its epochs are fewer than those of the others.
    const isWhole = training.stopped !== "interrupted";
    if (isWhole) await this.#keepBest(training);
    await model.close();
    if (!isWhole) this.#stopped = "interrupted";
    else {
      this.#trainings.push(rest);
      this.#tell({ type: "trained", ...training.outcome });
    }
  }

  #recipe(strategy: StrategyName): StrategyRecipe {
    const { job, base } = this.#parts;
    return strategyRecipe(strategy, { budget: job.budget, base: base.graph, rates: job });
  }

  /** A strategy that fails with one seed is out of the comparison: the hours that went into the others are not lost. */
  #fail(key: TrainingKey, error: RegraftError): void {
    this.#failed.set(key.strategy, error);
    this.#tell({ type: "failed", ...key, reason: error.message });
  }

  /**
   * Saves the model where it is its strategy's best so far: with more pictures than before, or better with as many. The
   * largest share may never be come to, and then the largest of those that were is what is told.
   */
  async #keepBest({ outcome, model }: Training): Promise<void> {
    const { folder, host } = this.#parts;
    const { strategy, accuracy, loss } = outcome;
    const before = this.#bestModels.get(strategy);
    if (before && !isBetter(outcome, before)) return;
    this.#bestModels.set(strategy, outcome);
    const path = host.store.join(folder.paths.root, "models", strategy);
    await model.save(path, { metrics: { accuracy, loss }, overwrite: true });
  }

  #result(time: Pick<CompareResult, "seconds" | "estimatedSeconds">): CompareResult {
    const { folder, data, job } = this.#parts;
    const sizes = this.#shares.flatMap((share) => this.#judged(share) ?? []);
    const last = sizes.at(-1);
    const [failure] = this.#failed.values();
    if (!last) throw this.#stopped === "interrupted" ? interrupted() : (failure ?? interrupted());
    const reach = job.reach ?? 0.95 * Math.max(...last.contenders.map(({ standing }) => standing.accuracy.mean));
    const { ahead, lead } = last.contest;
    const verdict = verdictOf(last.contenders, ahead);
    const clauses = verdictClauses(verdict, last.contenders, { ahead, guess: commonest(data.val) });
    const examples = { train: data.train.size, val: data.val.size };
    const strategies = last.contenders.map((one) => ({
      ...this.#strategy(one, last.share, reach),
      behind: lead(verdict.best, one.name),
    }));
    const noted = { strategies, examples, reach, best: verdict.best };
    return {
      ...{ folder: folder.path, classes: data.train.classes, ...time, reach, stopped: this.#stopped },
      examples,
      ...verdict,
      sentence: verdictSentence(verdict, clauses),
      reasons: verdictReasons(verdict, clauses),
      notes: comparisonNotes(noted, { metric: this.#metric, isReachGiven: job.reach !== undefined }),
      strategies,
      sizes: sizes.length < 2 ? [] : sizes.map((size) => this.#size(size)),
      failed: [...this.#failed].map(([name, { message }]) => ({ name, reason: message })),
    };
  }

  /** The strategies with a share of the pictures, by the seeds that all of them were trained with. */
  #judged(share: number): JudgedSize | undefined {
    const own = this.#trainings.filter(({ outcome }) => outcome.share === share);
    const names = this.#names.filter(
      (name) => !this.#failed.has(name) && own.some(({ outcome }) => outcome.strategy === name),
    );
    const of = (name: StrategyName) => own.filter(({ outcome }) => outcome.strategy === name);
    const seeds = Math.min(...names.map((name) => of(name).length));
    if (names.length === 0) return undefined;
    const judged = contest(
      new Map(
        names.map((name) => [
          name,
          of(name)
            .slice(0, seeds)
            .map(({ judgement }) => judgement),
        ]),
      ),
    );
    const contenders = names.flatMap((name) => {
      const standing = judged.standings.get(name);
      return standing ? [{ name, standing, seconds: mean(of(name).map(({ outcome }) => outcome.seconds)) }] : [];
    });
    return { share, contenders, contest: judged };
  }

  #strategy({ name, standing, seconds }: Contender, share: number, reach: number): Omit<StrategyResult, "behind"> {
    const runs = this.#trainings
      .filter(({ outcome }) => outcome.strategy === name && outcome.share === share)
      .map(({ outcome }) => ({
        ...outcome,
        keptEpoch: keptEpoch(outcome, monitorOf(this.#metric)),
        ...reached(outcome, reach),
      }));
    const peakBytes = Math.max(...runs.map((run) => run.peakBytes));
    const steps = phasesTold(runs.map(({ phases }) => phases));
    return { name, about: strategies[name].about, steps, ...standing, seconds, peakBytes, runs };
  }

  /** What the epochs that are kept are best by. */
  get #metric(): MeasureName {
    return this.#parts.job.metric ?? fineTuneDefaults.metric;
  }

  #size({ share, contenders }: JudgedSize): SizeResult {
    const { data, job } = this.#parts;
    return {
      share,
      examples: trainingShare(data.train, { share, seed: job.seed }).size,
      strategies: contenders.map(({ name, standing }) => ({ name, ...standing })),
    };
  }

  /** What was measured, every epoch, and the best model of the strategy to take. */
  async #write(result: CompareResult): Promise<void> {
    const { folder, host } = this.#parts;
    const { store } = host;
    const { root, model, history } = folder.paths;
    await store.remove(model);
    await store.rename(store.join(root, "models", result.take), model);
    await store.remove(store.join(root, "models"));
    const epochs = this.#trainings.flatMap(({ outcome: { strategy, seed, share, history: lines } }) =>
      lines.map((line) => ({ strategy, seed, share, ...line })),
    );
    await store.write(history, epochs.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await store.write(store.join(root, "compare.json"), `${JSON.stringify(result, null, 2)}\n`);
    const status = result.stopped === "interrupted" ? "interrupted" : "finished";
    await this.#describe({ status, finished: host.date(), result: verdictIn(result) });
  }

  /** Written first: a folder without it is none that --overwrite may replace. */
  async #describe(state: object): Promise<void> {
    const { base, data, folder, host } = this.#parts;
    const told = {
      ...{ command: "compare", started: this.#started, ...state, options: this.#options() },
      ...{ classes: data.train.classes, examples: { train: data.train.size, val: data.val.size } },
      ...{ base: { path: base.path }, versions: host.versions },
    };
    await host.store.write(folder.paths.about, `${JSON.stringify(told, null, 2)}\n`);
  }

  /** Each option with its value and where it came from. */
  #options(): Readonly<Record<string, ToldOption>> {
    const { job, host } = this.#parts;
    const { onEvent, signal, given, ...values } = job;
    const { headEpochs, tuneEpochs, unfreeze, fromScratch, batchNorm, ...recipe } = recipeDefaults({});
    const usual = { ...recipe, ...compareDefaults, threads: host.threads };
    return toldOptions(withDefaults(usual, values), { usual, given });
  }

  #tell(event: CompareEvent): void {
    this.#parts.job.onEvent?.(event);
  }
}

const isBetter = (one: Training["outcome"], other: Training["outcome"]): boolean =>
  one.share !== other.share
    ? one.share > other.share
    : one.accuracy > other.accuracy || (one.accuracy === other.accuracy && one.loss < other.loss);

interface JudgedSize {
  readonly share: number;
  readonly contenders: readonly Contender[];
  readonly contest: Contest<StrategyName>;
}

const verdictIn = ({ best, take, sure, sentence, stopped }: CompareResult) => ({ best, take, sure, sentence, stopped });

/** The share of the commonest class. */
const commonest = (dataset: Dataset): number => Math.max(...classCounts(dataset)) / dataset.size;

const interrupted = (): TrainingError =>
  new TrainingError(
    "interrupted",
    "The comparison was stopped before a strategy was done: there is nothing to compare.",
  );

/** What one strategy may fail by where another does not: its loss, its batches, its share of the pictures. */
function unlessItsOwn(error: unknown): asserts error is TrainingError | DataError {
  const isItsOwn = error instanceof TrainingError || error instanceof DataError;
  if (!isItsOwn || error.code === "interrupted") throw error;
}

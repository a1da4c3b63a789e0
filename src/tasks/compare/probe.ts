import { mean, sum } from "../../base/sums.ts";
import { indicesByClass } from "../../data/by-class.ts";
import type { Dataset, TrainVal } from "../../data/dataset.ts";
import { subset } from "../../data/subset.ts";
import type { Base } from "../base-model.ts";
import { fineTune } from "../fine-tune.ts";
import type { Host } from "../host.ts";
import type { PhaseName } from "../phase.ts";
import type { FineTuneOptions, RecipeJob } from "../recipe.ts";
import { PhaseClock, type PhaseTimes } from "./phase-clock.ts";

/** A training of a few pictures, taken apart: tells how long one of more pictures takes. */
export interface Probe {
  /**
   * @param train pictures to train on · @param val pictures to validate
   * @returns seconds, the judgement at the end included
   */
  readonly seconds: (train: number, val: number) => number;
}

/** Epochs of each phase: the first has in it what is slow once. */
const probeEpochs = 3;

export interface ProbeOptions {
  readonly base: Base;
  readonly data: TrainVal;
  /** With epochs, not with a time. */
  readonly recipe: FineTuneOptions;
  readonly common: FineTuneOptions & Pick<RecipeJob, "batch">;
}

/**
 * Trains for a few epochs on a few batches, as a strategy would: two whole batches and one as small as the last batch of an
 * epoch is, so that all that is loaded once is loaded.
 *
 * @throws what `fineTune` throws
 */
export async function probe({ base, data, recipe, common }: ProbeOptions, host: Host): Promise<Probe> {
  const { batch } = common;
  const [train, val] = [someOf(data.train, 2 * batch + (data.train.size % batch)), someOf(data.val, batch)];
  const clock = new PhaseClock(host.now);
  const options = { ...common, ...shortened(recipe), onEvent: clock.hear.bind(clock) };
  const { model } = await fineTune(base, { train, val }, options, host);
  clock.lap();
  await model.evaluate(val, { batch });
  const first = clock.lap();
  await model.evaluate(val, { batch });
  const again = clock.lap();
  await model.close();
  const phases = [...clock.phases].map(([name, times]) => phaseCost(times, recipe[epochsOf[name]] ?? 0));
  const once = first - again + sum(phases.map((phase) => phase.once));
  const perTrain = sum(phases.map((phase) => phase.train)) / train.size;
  const perVal = (again + sum(phases.map((phase) => phase.val))) / val.size;
  const perPicture = sum(phases.map((phase) => phase.features)) / (train.size + val.size);
  return {
    seconds: (trained, judged) => once + perTrain * trained + perVal * judged + perPicture * (trained + judged),
  };
}

const epochsOf = { head: "headEpochs", tune: "tuneEpochs", scratch: "epochs" } as const satisfies {
  readonly [P in PhaseName]: keyof FineTuneOptions;
};

function shortened(recipe: FineTuneOptions): FineTuneOptions {
  const short = Object.values(epochsOf).flatMap((name) => {
    const { [name]: epochs } = recipe;
    return epochs === undefined ? [] : [[name, Math.min(epochs, probeEpochs)] as const];
  });
  return { ...recipe, ...Object.fromEntries(short) };
}

/** What a phase of so many epochs takes: once, for the pictures at hand in training and in validation, for their features. */
function phaseCost({ ready, features, epochs }: PhaseTimes, wanted: number) {
  const [first, ...later] = epochs;
  if (!first) return { once: ready, train: 0, val: 0, features };
  const usual = later.length > 0 ? later : [first];
  const [steps, validation] = [mean(usual.map((epoch) => epoch.steps)), mean(usual.map((epoch) => epoch.validation))];
  const slowness = Math.max(0, first.steps + first.validation - steps - validation);
  return { once: ready + slowness, train: wanted * steps, val: wanted * validation, features };
}

/** So many examples, of each class in turn. */
function someOf(dataset: Dataset, most: number): Dataset {
  const queues = indicesByClass(dataset);
  const longest = Math.max(...queues.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, at) => queues.flatMap((queue) => queue.slice(at, at + 1)));
  return subset(dataset, inTurn.flat().slice(0, most));
}

import { refuseUnknown, withDefaults } from "../base/options.ts";
import { sum } from "../base/sums.ts";
import { imageFolder } from "../data/image-folder.ts";
import type { StopReason } from "../training/events.ts";
import type { Signal } from "../training/fit.ts";
import { loadBase } from "./base-model.ts";
import { clearDemoFolder, type DemoPaths, demoPaths } from "./demo-folder.ts";
import { type DrawnPictures, drawPictures, unseenPictures } from "./demo-pictures.ts";
import { type FineTuned, fineTune, unlessInterrupted } from "./fine-tune.ts";
import type { Host } from "./host.ts";
import type { PhaseResult } from "./phase.ts";
import { type PredictedImage, predictRun } from "./predict-run.ts";
import type { RunEvent } from "./run-events.ts";
import { type TrainResult, trainRun } from "./train-run.ts";

/** The model that comes with Regraft: it knows ten drawn things, none of them the demo's five. */
export const shippedModel = "sketchnet";

export interface DemoOptions {
  /** The demo's own folder; an earlier demo that stands there is replaced. */
  readonly out: string;
  readonly seed?: number;
  readonly threads?: number | undefined;
  /** Pictures of each class to learn from, from 1. */
  readonly trainPerClass?: number;
  /** Pictures of each class to judge by, from 1. */
  readonly valPerClass?: number;
  readonly headEpochs?: number;
  readonly tuneEpochs?: number;
  readonly signal?: Signal | undefined;
  readonly onEvent?: (event: DemoEvent) => void;
}

export type DemoStep = "draw" | "transfer" | "scratch" | "predict";

export type DemoEvent =
  | RunEvent
  | { readonly type: "step"; readonly step: DemoStep }
  | ({ readonly type: "drawn" } & DrawnPictures)
  | ({ readonly type: "prediction" } & DemoPrediction);

/** What the fine-tuned model says to a picture that it has not seen. */
export interface DemoPrediction extends Exclude<PredictedImage, { readonly error: unknown }> {
  /** What was drawn. */
  readonly truth: string;
}

/** What a way of training came to: of its epoch with the lowest validation loss. */
export interface DemoOutcome {
  readonly epochs: number;
  readonly seconds: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
}

export interface DemoResult extends DrawnPictures {
  readonly folder: string;
  readonly run: string;
  readonly model: string;
  readonly transfer: DemoOutcome;
  /** The same network with fresh weights, on the same pictures, for as many epochs; undefined where stopped before. */
  readonly scratch: DemoOutcome | undefined;
  readonly predictions: readonly DemoPrediction[];
  readonly stopped: StopReason;
}

export const demoDefaults = {
  seed: 0,
  trainPerClass: 20,
  valPerClass: 30,
  headEpochs: 20,
  tuneEpochs: 6,
} as const satisfies Partial<DemoOptions>;

/** What suits few pictures and a small network; Adam's rates, chosen on other seeds than the default one. */
const recipe = { batch: 16, headLearningRate: 1e-2, tuneLearningRate: 1e-3 } as const;
const scratchLearningRate = 1e-3;

/**
 * Transfer learning in a minute: draws pictures of five things, fine-tunes the model that comes with Regraft on them,
 * trains the same network from scratch on the same pictures for as many epochs, and names some that are drawn
 * afterwards.
 *
 * @throws {HostError} "run-exists" where `out` holds something that is no demo · what trainRun throws
 */
export async function runDemo(options: DemoOptions, host: Host): Promise<DemoResult> {
  const job = withDefaults(demoDefaults, options);
  const { out, seed, threads, trainPerClass, valPerClass, headEpochs, tuneEpochs, signal, onEvent, ...rest } = job;
  refuseUnknown("runDemo", rest);
  const paths = demoPaths(host.store, out);
  const demo: Demo = { job, host, paths, tell: onEvent ?? (() => {}) };
  await clearDemoFolder(paths, host);
  demo.tell({ type: "step", step: "draw" });
  const drawn = await drawPictures(paths, job, host);
  demo.tell({ type: "drawn", ...drawn });
  const trained = await transfer(demo);
  const scratch = trained.stopped === "interrupted" ? undefined : await compare(demo);
  const stopped = scratch?.stopped ?? trained.stopped;
  const predictions = stopped === "interrupted" ? [] : await predict(demo);
  const result: DemoResult = {
    ...{ folder: out, run: trained.run, model: shippedModel, ...drawn, predictions, stopped },
    transfer: { ...outcomeOf(trained.phases), valLoss: trained.valLoss, valAccuracy: trained.valAccuracy },
    scratch: scratch && scratch.phases.length > 0 ? outcomeOf(scratch.phases) : undefined,
  };
  await host.store.write(paths.about, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

interface Demo {
  readonly job: ReturnType<typeof withDefaults<typeof demoDefaults, DemoOptions>>;
  readonly host: Host;
  readonly paths: DemoPaths;
  readonly tell: (event: DemoEvent) => void;
}

const modelPath = ({ store, shippedModels }: Host): string => store.join(shippedModels, shippedModel);

function transfer({ job, host, paths, tell }: Demo): Promise<TrainResult> {
  const { seed, threads, headEpochs, tuneEpochs, signal } = job;
  tell({ type: "step", step: "transfer" });
  return trainRun(
    {
      ...{ data: paths.pictures, model: modelPath(host), out: paths.run, overwrite: true },
      ...{ ...recipe, seed, headEpochs, tuneEpochs, signal, onEvent: tell },
      ...(threads === undefined ? {} : { threads }),
    },
    host,
  );
}

/** The same network, the same pictures, as many epochs; but the weights know nothing. */
async function compare({ job, host, paths, tell }: Demo): Promise<Pick<FineTuned, "phases" | "stopped">> {
  const { seed, threads, signal } = job;
  tell({ type: "step", step: "scratch" });
  const base = await loadBase(modelPath(host), {}, host);
  const data = await imageFolder(paths.pictures, { store: host.store, decoder: host.decoder });
  const epochs = job.headEpochs + job.tuneEpochs;
  const options = { epochs, learningRate: scratchLearningRate, batch: recipe.batch, seed, threads, signal };
  const tuning = fineTune(base, data, { fromScratch: true, ...options, onEvent: tell }, host);
  return (await tuning.catch(unlessInterrupted)) ?? { phases: [], stopped: "interrupted" };
}

async function predict({ job, host, paths, tell }: Demo): Promise<readonly DemoPrediction[]> {
  tell({ type: "step", step: "predict" });
  const truths = await unseenPictures(paths, host);
  const options = { run: paths.run, images: [...truths.keys()], top: 2 };
  const predictions: DemoPrediction[] = [];
  for await (const found of predictRun({ ...options, ...(job.threads ? { threads: job.threads } : {}) }, host)) {
    if ("error" in found) throw found.error;
    const prediction = { ...found, truth: truths.get(found.image) ?? "" };
    tell({ type: "prediction", ...prediction });
    predictions.push(prediction);
  }
  return predictions;
}

/** Phases together, with the numbers of the last one. */
function outcomeOf(phases: readonly PhaseResult[]): DemoOutcome {
  const { valLoss = Number.NaN, valAccuracy = Number.NaN } = phases.at(-1) ?? {};
  return {
    epochs: sum(phases.map(({ epochs }) => epochs)),
    seconds: sum(phases.map(({ seconds }) => seconds)),
    valLoss,
    valAccuracy,
  };
}

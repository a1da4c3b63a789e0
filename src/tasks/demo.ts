import { HostError } from "../base/errors.ts";
import { refuseUnknown, withDefaults } from "../base/options.ts";
import { imageFolder } from "../data/image-folder.ts";
import { writeSample } from "../data/sample/write-sample.ts";
import type { Store } from "../store/store.ts";
import type { StopReason } from "../training/events.ts";
import type { Signal } from "../training/fit.ts";
import { loadBase } from "./base-model.ts";
import { type FromScratch, trainFromScratch } from "./from-scratch.ts";
import type { Host } from "./host.ts";
import { type PredictedImage, predictRun } from "./predict-run.ts";
import type { RunEvent } from "./run-events.ts";
import { type TrainResult, trainRun } from "./train-run.ts";

/** The model that comes with Regraft: it knows ten drawn things, none of them the sample's. */
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

export type DemoEvent =
  | RunEvent
  | {
      readonly type: "drawn";
      readonly folder: string;
      readonly classes: readonly string[];
      readonly train: number;
      readonly val: number;
    }
  /** What is done next. */
  | { readonly type: "step"; readonly step: DemoStep }
  | ({ readonly type: "prediction" } & DemoPrediction);

export type DemoStep = "draw" | "transfer" | "scratch" | "predict";

/** A picture that neither network has seen, and what the fine-tuned one says. */
export interface DemoPrediction extends Exclude<PredictedImage, { readonly error: unknown }> {
  /** What was drawn. */
  readonly truth: string;
}

/** What a way of training came to, on the same pictures and after as many epochs as the other. */
export interface DemoOutcome {
  readonly epochs: number;
  readonly seconds: number;
  readonly valAccuracy: number;
  readonly valLoss: number;
}

export interface DemoResult {
  readonly folder: string;
  readonly pictures: string;
  readonly run: string;
  readonly model: string;
  readonly classes: readonly string[];
  readonly train: number;
  readonly val: number;
  readonly transfer: DemoOutcome;
  /** undefined where the demo was stopped before. */
  readonly scratch: DemoOutcome | undefined;
  readonly predictions: readonly DemoPrediction[];
  readonly stopped: StopReason;
}

export const demoDefaults = {
  seed: 0,
  trainPerClass: 16,
  valPerClass: 40,
  headEpochs: 20,
  tuneEpochs: 10,
} as const satisfies Partial<DemoOptions>;

/** Small data, a small network: small batches, and rates that fit them. Chosen on other seeds than the default one. */
const recipe = { batch: 16, headLearningRate: 3e-3, tuneLearningRate: 3e-4, scratchLearningRate: 1e-3 } as const;

/**
 * Transfer learning in a minute: draws pictures of five things, fine-tunes the model that comes with Regraft on them,
 * trains the same network from scratch on the same pictures for as many epochs, and names some pictures drawn
 * afterwards.
 *
 * @throws {HostError} "run-exists" where `out` holds something that is no demo · what trainRun throws
 */
export async function runDemo(options: DemoOptions, host: Host): Promise<DemoResult> {
  return new Demo(withDefaults(demoDefaults, options), host).run();
}

type Job = ReturnType<typeof withDefaults<typeof demoDefaults, DemoOptions>>;

const pathsIn = (store: Store, out: string) => ({
  pictures: store.join(out, "pictures"),
  unseen: store.join(out, "unseen"),
  run: store.join(out, "run"),
  /** Says that the folder is a demo's, and what came out. */
  about: store.join(out, "demo.json"),
});

class Demo {
  readonly #job: Job;
  readonly #host: Host;
  readonly #paths: ReturnType<typeof pathsIn>;
  readonly #tell: (event: DemoEvent) => void;

  constructor(job: Job, host: Host) {
    const { out, seed, threads, trainPerClass, valPerClass, headEpochs, tuneEpochs, signal, onEvent, ...rest } = job;
    refuseUnknown("runDemo", rest);
    this.#job = job;
    this.#host = host;
    this.#paths = pathsIn(host.store, out);
    this.#tell = onEvent ?? (() => {});
  }

  async run(): Promise<DemoResult> {
    const { train, val, classes } = await this.#draw();
    const trained = await this.#transfer();
    const scratch = trained.stopped === "interrupted" ? undefined : await this.#scratch();
    const stopped = scratch?.stopped ?? trained.stopped;
    const predictions = stopped === "interrupted" ? [] : await this.#predict(classes);
    const result: DemoResult = {
      ...{ folder: this.#job.out, pictures: this.#paths.pictures, run: trained.run, model: shippedModel },
      ...{ classes, train, val, predictions, stopped },
      transfer: outcomeOf(trained),
      scratch: scratch && { ...scratch },
    };
    await this.#note(result);
    return result;
  }
}

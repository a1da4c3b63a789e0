import { z } from "zod";
import { HostError } from "../../base/errors.ts";
import type { MeasureName } from "../../evaluation/measures.ts";
import type { BatchNormMode } from "../../program/batch-statistics.ts";
import type { LossName } from "../../program/losses.ts";
import type { OptimizerName } from "../../program/optimizers.ts";
import { checkUnfreeze, type Unfreeze } from "../../rewrite/trainable.ts";
import type { Sampling } from "../sampling.ts";
import type { TrainRunOptions } from "../train-run.ts";

/** Options that say how a run is carried out; the others are what it is, and are stored. */
type Passing = "out" | "onEvent" | "signal" | "given" | "overwrite" | "resume";
export type StoredOptions = Partial<Omit<TrainRunOptions, Passing>>;

/** A word of one of the recipe's tables: which ones there are is checked where they are used. */
const word = <T extends string>() => z.custom<T>((value) => typeof value === "string");
const words = z.array(z.string());
const numbers = z.record(z.string(), z.number());
const placeOrUsual = z.union([z.literal(true), z.string()]);

/** How each option is read from run.json. */
const readings: { readonly [K in keyof Required<StoredOptions>]: z.ZodType<StoredOptions[K]> } = {
  data: z.string(),
  model: z.string(),
  val: z.union([z.string(), z.number()]),
  augment: z.boolean(),
  headAt: z.string(),
  preprocessing: z.string(),
  check: z.boolean(),
  dtype: z.enum(["float32", "float16"]),
  report: z.boolean(),
  tensorBoard: placeOrUsual,
  csv: placeOrUsual,
  checkpointEvery: z.object({ steps: z.number().exactOptional(), seconds: z.number().exactOptional() }),
  keepCheckpoints: z.number(),
  headEpochs: z.number(),
  tuneEpochs: z.number(),
  headLearningRate: z.number(),
  tuneLearningRate: z.number(),
  unfreeze: z.custom<Unfreeze>(isUnfreeze),
  fromScratch: z.boolean(),
  epochs: z.number(),
  learningRate: z.number(),
  batchNorm: word<BatchNormMode>(),
  lora: z.number(),
  loraAlpha: z.number(),
  loraTargets: words,
  optimizer: word<OptimizerName>(),
  loss: word<LossName>(),
  hidden: z.array(z.number()),
  dropout: z.number(),
  labelSmoothing: z.number(),
  classWeights: z.union([z.literal("balanced"), numbers]),
  sampling: word<Sampling>(),
  metric: word<MeasureName>(),
  threshold: z.union([z.number(), z.enum(["f1", "youden"])]),
  batch: z.number(),
  accumulate: z.number(),
  seed: z.number(),
  threads: z.number(),
  patience: z.number(),
  maxBadFraction: z.number(),
  checkMemory: z.boolean(),
  cache: z.object({
    memoryBytes: z.number().exactOptional(),
    diskBytes: z.number().exactOptional(),
    folder: z.string().exactOptional(),
  }),
};

function isUnfreeze(value: unknown): boolean {
  try {
    checkUnfreeze(value);
    return true;
  } catch {
    return false;
  }
}

const aboutSchema = z.looseObject({
  command: z.literal("train"),
  status: z.enum(["running", "finished", "interrupted", "diverged", "failed"]),
  started: z.string(),
  resumed: z.array(z.string()).default([]),
  options: z.record(z.string(), z.object({ value: z.unknown(), from: z.enum(["given", "default"]) })),
  versions: z.record(z.string(), z.string()),
});

/** What a run's run.json says that it takes to go on with it. */
export interface StoredRun {
  readonly status: z.infer<typeof aboutSchema>["status"];
  /** ISO 8601. */
  readonly started: string;
  readonly resumed: readonly string[];
  readonly options: StoredOptions;
  /** Names of the options that a person set. */
  readonly given: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

/** @param text of run.json · @throws {HostError} "no-run" */
export function readStoredRun(text: string, path: string): StoredRun {
  try {
    const { status, started, resumed, options, versions } = aboutSchema.parse(JSON.parse(text));
    const stored = Object.entries(readings).flatMap(([name, reading]) => {
      const value = options[name]?.value;
      return value === undefined || value === null ? [] : [[name, reading.parse(value)] as const];
    });
    const given = Object.entries(options).filter(([, { from }]) => from === "given");
    return {
      ...{ status, started, resumed, versions },
      options: Object.fromEntries(stored),
      given: given.map(([name]) => name),
    };
  } catch (cause) {
    throw new HostError("no-run", `${path} does not say what the run was: it is damaged, or of another command.`, {
      hint: "Only what `regraft train` began can be gone on with.",
      cause,
    });
  }
}

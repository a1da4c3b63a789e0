import { z } from "zod";

const files = {
  model: "--model",
  val: "--val",
  maxBadFraction: "--max-bad-fraction",
};

const ofTrainAlone = {
  check: "--check",
  dtype: "--dtype",
  headEpochs: "--head-epochs",
  tuneEpochs: "--tune-epochs",
  unfreeze: "--unfreeze",
  fromScratch: "--from-scratch",
  epochs: "--epochs",
  batchNorm: "--batch-norm",
  lora: "--lora",
  loraAlpha: "--lora-alpha",
  loraTargets: "--lora-targets",
  threshold: "--threshold",
  checkpointEvery: "--checkpoint-every",
  keepCheckpoints: "--keep-checkpoints",
};

const ofCompareAlone = {
  strategies: "--strategies",
  seeds: "--seeds",
  budget: "--budget",
  sizes: "--sizes",
  reach: "--reach",
};

const recipe = {
  headLearningRate: "--head-lr",
  tuneLearningRate: "--tune-lr",
  learningRate: "--lr",
  batch: "--batch",
  accumulate: "--accumulate",
  optimizer: "--optimizer",
  loss: "--loss",
  patience: "--patience",
  augment: "--augment",
  classWeights: "--class-weights",
  sampling: "--sampling",
  metric: "--metric",
  hidden: "--hidden",
  dropout: "--dropout",
  labelSmoothing: "--label-smoothing",
  headAt: "--head-at",
  preprocessing: "--preprocessing",
  seed: "--seed",
  threads: "--threads",
};

type Command = "train" | "compare";

/** The flags of each command by the option that each sets. What is not here, the command line cannot set. */
export const flagsOf: { readonly [C in Command]: Readonly<Record<string, string>> } = {
  train: { ...files, ...ofTrainAlone, ...recipe },
  compare: { ...files, ...ofCompareAlone, ...recipe },
};

/** An option of a run as run.json has it. */
export interface RunOption {
  readonly value?: unknown;
  readonly from: "given" | "default";
}

/**
 * What to type for the same run again: what was given, and the threads, whose default is the machine's. Not the folder that
 * it wrote to, which exists.
 *
 * @returns program and arguments, unquoted; undefined for options that name no data
 */
export function commandAgain(
  command: Command,
  options: Readonly<Record<string, RunOption>>,
): readonly string[] | undefined {
  const data = options.data?.value;
  if (typeof data !== "string") return undefined;
  const words = Object.entries(flagsOf[command]).flatMap(([name, flag]) => {
    const option = options[name];
    return option && (option.from === "given" || name === "threads") ? flagWords(flag, name, option.value) : [];
  });
  return ["npx", "regraft", command, operand(data), ...words];
}

/** A path as a command takes it: what begins with a dash would be taken for a flag. */
export const operand = (path: string): string => (path.startsWith("-") ? `./${path}` : path);

function flagWords(flag: string, name: string, value: unknown): readonly string[] {
  if (value === undefined || value === null || value === false) return [];
  if (value === true) return [flag];
  const text = optionText(name, value);
  return text.startsWith("-") ? [`${flag}=${text}`] : [flag, text];
}

const lastLayers = z.object({ lastLayers: z.number() });
const from = z.object({ from: z.string() });
const byClass = z.record(z.string(), z.number());
const seconds = z.object({ seconds: z.number() }).transform(({ seconds }) => `${seconds}s`);
const budget = z.union([z.object({ epochs: z.number() }).transform(({ epochs }) => String(epochs)), seconds]);
const pace = z.union([z.object({ steps: z.number() }).transform(({ steps }) => String(steps)), seconds]);
const percentages = z.array(
  // 100 · 0.07 is 7.000000000000001
  z.number().transform((share) => `${Number((100 * share).toPrecision(12))}%`),
);

/** Options that are written in another way than their value alone would be. */
const writings: Readonly<Record<string, z.ZodType<string | readonly string[]>>> = {
  budget,
  sizes: percentages,
  checkpointEvery: pace,
};

/**
 * As the command line reads it: "last:3" for { lastLayers: 3 }, "256,64" for [256, 64], "ants=2,bees=1" for { ants: 2, bees: 1 },
 * "15" for a budget of { epochs: 15 }, "20%,100%" for sizes of [0.2, 1].
 */
export function optionText(name: string, value: unknown): string {
  const written = Object.hasOwn(writings, name) ? writings[name]?.safeParse(value) : undefined;
  return written?.success ? String(written.data) : valueText(value);
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  const [last, start] = [lastLayers.safeParse(value), from.safeParse(value)];
  if (last.success) return `last:${last.data.lastLayers}`;
  if (start.success) return start.data.from;
  const weights = byClass.safeParse(value);
  if (weights.success)
    return Object.entries(weights.data)
      .map((pair) => pair.join("="))
      .join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

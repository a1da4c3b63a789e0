import { z } from "zod";

/** The flags of `regraft train` by the option that each sets. What is not here, the command line cannot set. */
export const flagOfOption: Readonly<Record<string, string>> = {
  model: "--model",
  val: "--val",
  check: "--check",
  dtype: "--dtype",
  maxBadFraction: "--max-bad-fraction",
  headEpochs: "--head-epochs",
  tuneEpochs: "--tune-epochs",
  headLearningRate: "--head-lr",
  tuneLearningRate: "--tune-lr",
  unfreeze: "--unfreeze",
  fromScratch: "--from-scratch",
  epochs: "--epochs",
  learningRate: "--lr",
  batchNorm: "--batch-norm",
  lora: "--lora",
  loraAlpha: "--lora-alpha",
  loraTargets: "--lora-targets",
  batch: "--batch",
  accumulate: "--accumulate",
  optimizer: "--optimizer",
  loss: "--loss",
  patience: "--patience",
  augment: "--augment",
  classWeights: "--class-weights",
  sampling: "--sampling",
  metric: "--metric",
  threshold: "--threshold",
  hidden: "--hidden",
  dropout: "--dropout",
  labelSmoothing: "--label-smoothing",
  headAt: "--head-at",
  preprocessing: "--preprocessing",
  seed: "--seed",
  threads: "--threads",
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
export function trainCommand(options: Readonly<Record<string, RunOption>>): readonly string[] | undefined {
  const data = options.data?.value;
  if (typeof data !== "string") return undefined;
  const words = Object.entries(flagOfOption).flatMap(([name, flag]) => {
    const option = options[name];
    return option && (option.from === "given" || name === "threads") ? flagWords(flag, option.value) : [];
  });
  return ["npx", "regraft", "train", operand(data), ...words];
}

/** What begins with a dash would be taken for a flag. */
const operand = (path: string): string => (path.startsWith("-") ? `./${path}` : path);

function flagWords(flag: string, value: unknown): readonly string[] {
  if (value === undefined || value === null || value === false) return [];
  if (value === true) return [flag];
  const text = flagText(value);
  return text.startsWith("-") ? [`${flag}=${text}`] : [flag, text];
}

const lastLayers = z.object({ lastLayers: z.number() });
const from = z.object({ from: z.string() });
const byClass = z.record(z.string(), z.number());

/** As the command line reads it: "last:3" for { lastLayers: 3 }, "256,64" for [256, 64], "ants=2,bees=1" for { ants: 2, bees: 1 }. */
export function flagText(value: unknown): string {
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

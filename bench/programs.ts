import { type Contestant, contestants } from "./contestants.ts";
import { jobRecipe } from "./job-recipe.ts";
import { networks, timedSteps } from "./networks.ts";
import type { PeerName } from "./peer-table.ts";
import type { Measurement } from "./plan.ts";

/** A program and its arguments, run in the project's folder. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** What the whole job is done with. */
export interface JobPlace {
  /** Pictures, train/<class>/* and val/<class>/*. */
  readonly data: string;
  readonly model: string;
  /** The base's convolutions as safetensors, for peers. */
  readonly weights: string;
  /** A folder of its own for ours' run. */
  readonly out: string;
}

export interface ProgramOptions {
  /** Of each process that does steps. */
  readonly steps: number;
  readonly threads: number;
  /** Of the peers that are here. */
  readonly pythons: { readonly [P in PeerName]?: string };
  /** Undefined where no job is to be done. */
  readonly job: JobPlace | undefined;
}

/** As many as `regraft bench` gives a new head. */
const classes = 10;

/** How a measurement is run; undefined where what it needs is not here. */
export function programOf(measurement: Measurement, options: ProgramOptions): Program | undefined {
  const { peer } = contestants[measurement.contestant];
  const args = measurement.type === "step" ? stepArgs(measurement, options) : jobArgs(measurement.contestant, options);
  if (!args) return undefined;
  if (peer === undefined) return { file: process.execPath, args: ["bin/regraft.js", ...args] };
  const python = options.pythons[peer];
  return python === undefined
    ? undefined
    : { file: python, args: [`bench/peers/${peer}_${measurement.type}.py`, ...args] };
}

function stepArgs({ contestant, network, mode }: Measurement & { type: "step" }, { steps, threads }: ProgramOptions) {
  const { peer, stepFlags } = contestants[contestant];
  const shared = flags({ mode, batch: networks[network].batch, steps: timedSteps(mode, steps), threads });
  return peer === undefined
    ? ["bench", "--model", network, ...shared, "--json"]
    : ["--network", network, ...shared, ...flags({ classes }), ...stepFlags];
}

function jobArgs(contestant: Contestant, { threads, job }: ProgramOptions) {
  if (!job) return undefined;
  const { headEpochs, tuneEpochs, headLearningRate, tuneLearningRate, batch } = jobRecipe;
  const shared = flags({
    ...{ "head-epochs": headEpochs, "tune-epochs": tuneEpochs },
    ...{ "head-lr": headLearningRate, "tune-lr": tuneLearningRate },
    ...{ batch, threads },
  });
  if (contestants[contestant].peer !== undefined) return ["--data", job.data, "--weights", job.weights, ...shared];
  const { data, model, out } = job;
  return ["train", data, "--model", model, "--out", out, "--overwrite", "--unfreeze", "all", ...shared, "--json"];
}

const flags = (values: Readonly<Record<string, string | number>>): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);

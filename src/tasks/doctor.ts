import { GraphError, RegraftError, UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { inputSize } from "../image/preprocess.ts";
import { imageInput } from "../models/image-input.ts";
import { type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import { presetNamed } from "../models/preprocessing.ts";
import type { Unfreeze } from "../rewrite/trainable.ts";
import { type Base, baseOf, sized } from "./base-model.ts";
import { checkModelGradients, type GradientReport } from "./check-model-gradients.ts";
import { findings } from "./doctor/checks.ts";
import type { Finding, Subject } from "./doctor/finding.ts";
import { fittingPresets } from "./doctor/fitting-presets.ts";
import { trainableLayers } from "./doctor/layers.ts";
import { reportStep, type StepFailure, type StepPhase, type StepReport } from "./doctor/step-report.ts";
import { exactPictures } from "./exact-pictures.ts";
import { findModel } from "./find-model.ts";
import type { Host } from "./host.ts";
import { type Inspection, inspectLoaded } from "./inspect.ts";
import { fineTuneDefaults } from "./recipe.ts";

export interface DoctorOptions {
  /** Model folder, run or .onnx file. */
  readonly model: string;
  readonly headAt?: string | undefined;
  /** Name of a preprocessing preset, where the model does not tell. */
  readonly preprocessing?: string | undefined;
  /** Pictures per step, from 1. */
  readonly batch?: number;
  readonly threads?: number | undefined;
  readonly seed?: number;
  /** Whether a few steps are run, to tell their time and memory. */
  readonly measure?: boolean;
  /** Whether gradients are compared with differences of the loss. */
  readonly gradcheck?: boolean;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** How much of a model can be trained: all of it, what comes after some node, a new head alone, or nothing. */
export type Trains = "all" | "from" | "head" | "nothing";

export interface Diagnosis extends Omit<Inspection, "layers"> {
  readonly fileBytes: number;
  readonly irVersion: number;
  readonly trains: Trains;
  /** What to pass to `train` besides the data and the model. */
  readonly flags: readonly string[];
  readonly layers: ReturnType<typeof trainableLayers>;
  readonly findings: readonly Finding[];
  /** Of the head's phase and, where more than the head can be trained, of the second one. */
  readonly steps: readonly StepReport[];
  /** Where it was asked for, and something can be trained. */
  readonly gradients?: GradientReport;
}

/**
 * All that can be told about a model before it is trained: what it is, how much of it can be trained and why no more,
 * and what a step takes on this machine.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "not-an-image-model" and what else keeps a file from being read
 * @throws {UsageError} "bad-option" · {GraphError} "no-such-node" for `headAt`
 */
export async function doctorModel(options: DoctorOptions, host: Host): Promise<Diagnosis> {
  const { model: path, headAt, preprocessing, batch = fineTuneDefaults.batch, threads, ...others } = options;
  const { seed = fineTuneDefaults.seed, measure = true, gradcheck = false, onProgress, ...rest } = others;
  refuseUnknown("doctorModel", rest);
  checkNumber("batch", batch, { min: 1, integer: true });
  const { store } = host;
  const read = await readModelFolder(await findModel(path, host), { store, tryHdf5: host.tryHdf5 });
  const loaded = preprocessing === undefined ? read : asTold(read, preprocessing);
  const inspection = await inspectLoaded(loaded, { model: path, headAt }, host);
  const base = await baseOrError(path, loaded, headAt, host);
  const trials = { batch, threads: threads ?? host.threads, seed, measure, gradcheck, onProgress };
  const tried = base instanceof RegraftError ? untried : await tryOut(base, phasesOf(inspection), trials, host);
  const trains = trainsOf(inspection, tried);
  return {
    ...inspection,
    fileBytes: loaded.fileBytes,
    irVersion: loaded.model.irVersion,
    trains,
    flags: flagsFor(trains, inspection, { loaded, given: preprocessing, headAt }),
    layers: trainableLayers(inspection),
    findings: findings({ loaded, inspection, base, bounds: host.memory.bounds(), ...tried }),
    steps: tried.steps.flatMap((step) => ("error" in step ? [] : [step])),
    ...(tried.gradients ? { gradients: tried.gradients } : {}),
  };
}

type Tried = Pick<Subject, "steps" | "gradients">;

const untried: Tried = { steps: [], gradients: undefined };

interface Trials {
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  readonly measure: boolean;
  readonly gradcheck: boolean;
  readonly onProgress: DoctorOptions["onProgress"];
}

/** Builds, and runs where it may, what training would run. */
async function tryOut(base: Base, phases: readonly Phase[], trials: Trials, host: Host): Promise<Tried> {
  const { gradcheck, onProgress, ...how } = trials;
  const { seed, threads, measure } = how;
  const steps: (StepReport | StepFailure)[] = [];
  for (const phase of phases) {
    if (measure) onProgress?.(`running a few steps: ${phase.phase === "head" ? "a new head" : "the base too"}`);
    steps.push(await reportStep(base, { ...phase, ...how }, host));
  }
  const { unfreeze = "none" } = phases.at(-1) ?? {};
  const works = steps.length > 0 && !steps.some((step) => "error" in step);
  const check = { unfreeze, seed, threads, onProgress };
  return { steps, gradients: gradcheck && works ? await checkModelGradients(base, check, host) : undefined };
}

/** The model with pictures prepared as told. @throws {UsageError} "bad-option" where it cannot take their size */
function asTold(loaded: LoadedModel, preset: string): LoadedModel {
  const preprocessing = { ...presetNamed(preset), layout: imageInput(loaded.model.graph).layout };
  try {
    sized(loaded.model.graph, preprocessing);
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause;
    const { height, width } = inputSize(preprocessing);
    const what = `"${preset}" makes pictures of ${width} × ${height}, which the model cannot take: ${cause.message}`;
    throw new UsageError("bad-option", what, { hint: "Put a preprocessor_config.json of its own beside it.", cause });
  }
  return { ...loaded, preprocessing, preprocessingSource: `--preprocessing ${preset}` };
}

/** The base; where the model does not say how its pictures are prepared, for pictures of its size. */
async function baseOrError(
  path: string,
  loaded: LoadedModel,
  headAt: string | undefined,
  host: Host,
): Promise<Base | RegraftError> {
  try {
    return await baseOf(
      path,
      loaded,
      { headAt, preprocessing: loaded.preprocessing ?? exactPictures(loaded.model.graph) },
      host,
    );
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
}

interface Phase {
  readonly phase: StepPhase;
  readonly unfreeze: Unfreeze;
}

function phasesOf({ trainable, trainableFrom }: Inspection): readonly Phase[] {
  const head: Phase = { phase: "head", unfreeze: "none" };
  if (trainable) return [head, { phase: "tune", unfreeze: "all" }];
  return trainableFrom === undefined ? [head] : [head, { phase: "tune", unfreeze: { from: trainableFrom } }];
}

function trainsOf({ trainable }: Inspection, { steps }: Tried): Trains {
  const works = (phase: string) => steps.some((step) => step.phase === phase && !("error" in step));
  if (!works("head")) return "nothing";
  if (!works("tune")) return "head";
  return trainable ? "all" : "from";
}

/** A preset is only asked for where one fits. */
function flagsFor(
  trains: Trains,
  { trainableFrom }: Inspection,
  {
    loaded,
    given,
    headAt,
  }: { readonly loaded: LoadedModel; readonly given: string | undefined; readonly headAt: string | undefined },
): readonly string[] {
  const unfreeze = {
    all: [],
    from: ["--unfreeze", trainableFrom ?? "none"],
    head: ["--unfreeze", "none"],
    nothing: [],
  }[trains];
  const open = loaded.preprocessing === undefined && fittingPresets(loaded).presets.length > 0;
  const preset = given ?? (open ? "<preset>" : undefined);
  const head = headAt === undefined ? [] : ["--head-at", headAt];
  return [...unfreeze, ...head, ...(preset === undefined ? [] : ["--preprocessing", preset])];
}

import { median } from "../base/median.ts";
import { checkNumber, refuseUnknown, withDefaults } from "../base/options.ts";
import { sizeOf } from "../base/shape.ts";
import { withoutSecrets } from "../hub/web-address.ts";
import { inputSize } from "../image/preprocess.ts";
import { flopPerMultiplyAdd } from "../onnx/multiply-adds.ts";
import type { OptimizerName } from "../program/optimizers.ts";
import { stepWork, sumOfWork, totalWork } from "../program/step-work.ts";
import { BATCH } from "../rewrite/input.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { benchBase } from "./bench/bench-base.ts";
import { matrixPeak, type PeakOptions } from "./bench/matrix-peak.ts";
import { type BenchMode, checkMode, modeName } from "./bench/mode.ts";
import { profiledRuntime } from "./bench/profiled-runtime.ts";
import { type StepProfile, stepProfile } from "./bench/step-profile.ts";
import { type RunningWork, type Workload, workload } from "./bench/workload.ts";
import type { Host } from "./host.ts";

export interface BenchOptions {
  /** One of the networks that Regraft knows by name (random weights), or a model folder, a run or an .onnx file. */
  readonly model: string;
  readonly mode?: BenchMode;
  /** Pictures per step, from 1. */
  readonly batch?: number;
  /** Steps that are timed, from 1; some come before them. */
  readonly steps?: number;
  /** Pixels a side; by default what the model is made for. */
  readonly imageSize?: number | undefined;
  readonly optimizer?: OptimizerName;
  readonly threads?: number | undefined;
  /** Of random weights, pictures and labels. */
  readonly seed?: number;
  /** The classifier's node, where it is not found by itself. */
  readonly headAt?: string | undefined;
  /** Whether more steps are run after the timed ones, with the engine's profiler on. */
  readonly profile?: boolean;
  /** A file for the whole profile, as JSON. */
  readonly profileFile?: string | undefined;
  /** How the machine's peak is measured. */
  readonly peak?: Omit<PeakOptions, "threads">;
  readonly onProgress?: ((progress: BenchProgress) => void) | undefined;
}

export interface BenchProgress {
  readonly stage: "model" | "warm-up" | "steps" | "peak" | "profile";
  readonly done: number;
  readonly total: number;
}

type Defaulted = "mode" | "batch" | "steps" | "optimizer" | "seed";

export const benchDefaults: Required<Pick<BenchOptions, Defaulted>> = {
  mode: "full",
  batch: 16,
  steps: 10,
  optimizer: "sgd",
  seed: 0,
};

/** What steps took, on this machine, now. Milliseconds of the engine's answer: pictures are made before. */
export interface BenchResult {
  readonly model: string;
  /** "full", "last 3", "head" or "forward". */
  readonly mode: string;
  /** Pictures per step. */
  readonly batch: number;
  /** Pixels. */
  readonly imageSize: { readonly height: number; readonly width: number };
  readonly threads: number;
  /** undefined where nothing is trained. */
  readonly optimizer: OptimizerName | undefined;
  /** That were timed. */
  readonly steps: number;
  /** The median. */
  readonly stepMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** Of the median. */
  readonly imagesPerSecond: number;
  /** From the start to the first step: the model read or drawn, and differentiated. */
  readonly loadMs: number;
  /** In which the engine loads the program and takes its memory. */
  readonly firstStepMs: number;
  /** The most memory that the whole process has held, in MiB; from the operating system. */
  readonly peakRssMb: number;
  /** By the model's own mathematics, see `stepWork`; a multiply-add is 2 FLOP. */
  readonly gflopPerStep: number;
  readonly gflops: number;
  /** Of the engine's matrix product here, with as many threads: GFLOP/s. */
  readonly peakGflops: number;
  /** gflops / peakGflops */
  readonly peakShare: number;
  /** Numbers in weights. */
  readonly parameters: number;
  readonly trainable: number;
  readonly versions: Host["versions"];
  /** Where it was asked for. */
  readonly profile?: Omit<StepProfile, "nodes">;
}

/** In the first two of a batch size the engine takes its memory. */
const warmup = 2;

/** More would only make the profile's file longer. */
const mostProfiled = 5;

/**
 * Times what training does with a model: a whole step, the new head's alone, or the forward pass; on noise, with labels drawn
 * by lot.
 *
 * @throws {UsageError} "bad-option" · {HostError} "out-of-memory" · "engine-failed" · what `loadBase` throws
 */
export async function benchModel(options: BenchOptions, host: Host): Promise<BenchResult> {
  const job = checked(options, host);
  const { mode, batch, steps, threads, tell } = job;
  const began = host.now();
  tell("model", 0, 1);
  const base = await benchBase(job, host);
  const work = workload(base, job, host);
  const timed = await timedSteps(work, job, { host, began });
  const peakRssMb = host.memory.peak() / 2 ** 20;
  tell("peak", 0, 1);
  const peakGflops = await matrixPeak({ threads, ...job.peak }, host);
  const profile = job.profile ? await profiledSteps(work, job, host) : undefined;
  if (profile && job.profileFile !== undefined) await host.store.write(job.profileFile, JSON.stringify(profile));
  const flop = flopPerMultiplyAdd * totalWork(sumOfWork(workOf(work, batch).values()));
  const stepMs = median(timed.times);
  const gflops = flop / (stepMs * 1e6);
  return {
    ...{
      model: withoutSecrets(job.model),
      mode: modeName(mode),
      batch,
      imageSize: inputSize(base.preprocessing),
      threads,
    },
    optimizer: mode === "forward" ? undefined : job.optimizer,
    steps,
    stepMs,
    fastestMs: Math.min(...timed.times),
    slowestMs: Math.max(...timed.times),
    imagesPerSecond: (1000 * batch) / stepMs,
    loadMs: timed.loadMs,
    firstStepMs: timed.firstStepMs,
    peakRssMb,
    gflopPerStep: flop / 1e9,
    ...{ gflops, peakGflops, peakShare: gflops / peakGflops },
    parameters: numbersIn(work, weightNames(work.forward)),
    trainable: numbersIn(work, work.trainable),
    versions: host.versions,
    ...(profile ? { profile: withoutNodes(profile) } : {}),
  };
}

type Job = ReturnType<typeof checked>;

function checked(options: BenchOptions, host: Host) {
  const { model, mode, batch, steps, optimizer, seed, ...others } = withDefaults(benchDefaults, options);
  const { imageSize, headAt, threads = host.threads, profileFile, peak = {}, onProgress, ...flags } = others;
  const { profile = profileFile !== undefined, ...rest } = flags;
  refuseUnknown("benchModel", rest);
  checkMode(mode);
  const whole = { min: 1, integer: true } as const;
  for (const [name, value] of Object.entries({ batch, steps, threads, imageSize })) {
    if (value !== undefined) checkNumber(name, value, whole);
  }
  const tell = (stage: BenchProgress["stage"], done: number, total: number) => onProgress?.({ stage, done, total });
  return { model, mode, batch, steps, optimizer, seed, imageSize, headAt, threads, profile, profileFile, peak, tell };
}

interface Clock {
  readonly host: Host;
  /** When the benchmark did, by the host's clock. */
  readonly began: number;
}

/** Milliseconds of each step after the first ones. */
async function timedSteps(work: Workload, { steps, tell }: Job, { host, began }: Clock) {
  const running = await work.open(host);
  try {
    const loadMs = host.now() - began;
    const times: number[] = [];
    for (let at = 0; at < warmup + steps; at++) {
      if (at < warmup) tell("warm-up", at, warmup);
      else tell("steps", at - warmup, steps);
      times.push(await timed(running, at, host));
    }
    return { loadMs, firstStepMs: times[0] ?? 0, times: times.slice(warmup) };
  } finally {
    await running.close();
  }
}

async function timed(running: RunningWork, at: number, { now }: Host): Promise<number> {
  const began = now();
  await running.step(at);
  return now() - began;
}

/** Opened once more, so that the times told are without the profiler. */
async function profiledSteps(work: Workload, { steps, batch, tell }: Job, host: Host): Promise<StepProfile> {
  const profiled = profiledRuntime(host.runtime);
  const running = await work.open({ ...host, runtime: profiled.runtime });
  const count = Math.min(steps, mostProfiled);
  try {
    for (let at = 0; at < warmup + count; at++) {
      tell("profile", at, warmup + count);
      await running.step(at);
    }
    const runs = (await profiled.profiles()).flatMap((session) => session.slice(warmup));
    return stepProfile(runs, { ...work, loaded: running.graphs, extents: { [BATCH]: batch }, steps: count });
  } finally {
    await running.close();
  }
}

const workOf = ({ forward, trainable }: Workload, batch: number) =>
  stepWork(forward, { trainable, extents: { [BATCH]: batch } });

const numbersIn = ({ forward }: Workload, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + sizeOf(forward.initializers.get(name)?.shape ?? [0]), 0);

const withoutNodes = ({ nodes: _, ...profile }: StepProfile): Omit<StepProfile, "nodes"> => profile;

import { measureSlope, roundingOf } from "../autodiff/slope.ts";
import { GraphError, TrainingError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { floats, isDType, type Tensor } from "../base/tensor.ts";
import { names, type TrainingProgram } from "../program/training-program.ts";
import type { Workspace } from "../runtime/runtime.ts";
import type { Examples } from "./source.ts";
import { openTrainer, type Trainer } from "./trainer.ts";

/** Share of a slope by which the emitted one may miss it, besides what differences in float32 leave open. */
export const gradientTolerance = 0.02;
/** Where the differences leave more open than this share of the slope, they show nothing. */
const coarsest = 0.1;
/** So many times its uncertainty a slope may be off, besides the tolerance. */
export const errorBars = 3;

export type GradientVerdict = "ok" | "fail" | "inconclusive";

/** One trained tensor's gradient against finite differences. */
export interface GradientFinding {
  readonly weight: string;
  readonly verdict: GradientVerdict;
  /** |emitted − measured| as a share of the larger slope, in the direction that says most. */
  readonly error: number;
  /** What the differences leave open there, as a share of the same. */
  readonly uncertainty: number;
  /** Why nothing can be said, or what is wrong besides the numbers. */
  readonly reason?: string;
}

export interface GradientCheckOptions {
  readonly weights: readonly string[];
  /** The same batch each time, in buffers of its own: the engine may take them over. */
  readonly examples: () => Examples;
  readonly rng: Random;
  /** Asked before each tensor: false ends the check. */
  readonly goOn?: (done: number) => boolean;
}

/**
 * Compares gradients that a training program emits with central differences of its own loss, both computed by the
 * engine in float32, along the gradient, along random halves of it, and along random directions.
 *
 * @param program made with `accumulate`: its gradient sums after one batch are the gradients
 * @throws {HostError} "engine-failed" · {TrainingError} "not-compiled" without `accumulate`
 */
export async function checkGradients(
  program: TrainingProgram,
  workspace: Workspace,
  { weights, examples, rng, goOn = () => true }: GradientCheckOptions,
): Promise<readonly GradientFinding[]> {
  if (!program.accumulate)
    throw new TrainingError("not-compiled", "Gradients are read from a program with accumulation.");
  const trainer = await openTrainer(program, workspace);
  await trainer.step(examples(), { learningRate: 0, rng, accumulate: true });
  const loss = () => lossOf(trainer, examples());
  const start = await loss();
  const findings: GradientFinding[] = [];
  for (const weight of weights) {
    if (!goOn(findings.length)) break;
    const probe = await probeOf(workspace, weight, loss);
    findings.push(await judged(probe, { start, rng: rng.fork(weight) }));
    await workspace.setState({ [weight]: floats(probe.value, probe.shape) });
  }
  return findings;
}

/** The loss of all examples together, whose gradient the sums hold. Added up in float64. */
async function lossOf(trainer: Trainer, examples: Examples): Promise<number> {
  const { losses } = await trainer.evaluate(examples);
  return losses.reduce((sum, loss) => sum + loss, 0);
}

/** A trained tensor, to be moved. */
interface Probe {
  readonly weight: string;
  readonly shape: readonly number[];
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  /** The loss with the tensor moved by so much of a direction. */
  readonly moved: (direction: Float64Array, step: number) => Promise<number>;
}

async function probeOf(workspace: Workspace, weight: string, loss: () => Promise<number>): Promise<Probe> {
  const sum = names.gradientSum(weight);
  const { [weight]: tensor, [sum]: gradient } = await workspace.getState([weight, sum]);
  const [value, slopes] = [numbers(tensor, weight), numbers(gradient, sum)];
  const shape = tensor?.shape ?? [];
  const moved = async (direction: Float64Array, step: number) => {
    const there = Float32Array.from(value, (number, at) => number + step * (direction[at] ?? 0));
    await workspace.setState({ [weight]: floats(there, shape) });
    return loss();
  };
  return { weight, shape, value, gradient: slopes, moved };
}

function numbers(tensor: Tensor | undefined, name: string): Float32Array {
  if (tensor && isDType(tensor, "float32")) return tensor.data;
  throw new GraphError("bad-graph", `"${name}" is no float32 state of the program.`);
}

/** Ways to move a tensor: each gives a unit of it. Along the gradient the slope is steepest, so that is seen best. */
const directions: readonly ((gradient: Float32Array, rng: Random) => Float64Array)[] = [
  (gradient) => Float64Array.from(gradient),
  (gradient, rng) => Float64Array.from(gradient, (slope) => (rng.next() < 0.5 ? slope : 0)),
  (gradient, rng) => Float64Array.from(gradient, () => rng.normal()),
];

interface Seen {
  readonly verdict: GradientVerdict;
  readonly error: number;
  readonly uncertainty: number;
  readonly reason?: string;
}

/** One direction that fails fails the tensor; one that agrees is enough where others show nothing. */
async function judged(
  probe: Probe,
  { start, rng }: { readonly start: number; readonly rng: Random },
): Promise<GradientFinding> {
  if (!probe.gradient.every(Number.isFinite)) return { weight: probe.weight, ...notFinite };
  const seen: Seen[] = [];
  let rounding: number | undefined;
  for (const [at, direct] of directions.entries()) {
    const direction = unit(direct(probe.gradient, rng.fork(at)));
    const widest = direction && widestStep(probe, direction, start);
    if (!direction || !widest) continue;
    const line = (step: number) => probe.moved(direction, step);
    rounding ??= await roundingOf(line, { start, widest });
    const found = await measureSlope(line, { start, rounding, widest });
    seen.push(verdictOn(found, slopesAlong(probe.gradient, direction), rounding / widest));
  }
  return { weight: probe.weight, ...(worstOf(seen, "fail") ?? worstOf(seen, "ok") ?? seen[0] ?? nothingSeen) };
}

const worstOf = (seen: readonly Seen[], wanted: GradientVerdict): Seen | undefined =>
  seen.filter(({ verdict }) => verdict === wanted).sort((a, b) => b.error - a.error)[0];

const nothingSeen: Seen = {
  verdict: "inconclusive",
  error: 0,
  uncertainty: 1,
  reason: "the tensor and its gradient are zero",
};

const notFinite: Seen = {
  verdict: "fail",
  error: 1,
  uncertainty: 0,
  reason: "the emitted gradient is not a finite number",
};

/** Scaled to length 1; undefined for zeros. */
function unit(direction: Float64Array): Float64Array | undefined {
  const length = norm(direction);
  return length > 0 && Number.isFinite(length) ? direction.map((part) => part / length) : undefined;
}

const norm = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? 0) ** 2;
  return Math.sqrt(sum);
};

/** The step that is foreseen to change the loss by a fifth, or the tensor by a quarter: further out nothing is straight. */
function widestStep({ value, gradient }: Probe, direction: Float64Array, start: number): number | undefined {
  const { slope } = slopesAlong(gradient, direction);
  const size = norm(value);
  const step = Math.min(
    slope === 0 ? Number.POSITIVE_INFINITY : (0.2 * Math.abs(start)) / Math.abs(slope),
    size === 0 ? Number.POSITIVE_INFINITY : size / 4,
  );
  return Number.isFinite(step) && step > 0 ? step : undefined;
}

interface Slopes {
  /** Σ gᵢ·uᵢ */
  readonly slope: number;
  /** √Σ(gᵢ·uᵢ)²: what a slope is like along such a direction, however its signs fall. */
  readonly typical: number;
}

function slopesAlong(gradient: Float32Array, direction: Float64Array): Slopes {
  const parts = direction.map((part, at) => part * (gradient[at] ?? 0));
  return { slope: parts.reduce((sum, part) => sum + part, 0), typical: norm(parts) };
}

/** @param visible the least slope that rounding does not hide */
function verdictOn(
  measured: { readonly slope: number; readonly uncertainty: number },
  { slope, typical }: Slopes,
  visible: number,
): Seen {
  const scale = Math.max(Math.abs(slope), Math.abs(measured.slope), typical);
  if (scale <= visible) {
    return { verdict: "inconclusive", error: 0, uncertainty: 1, reason: "it moves the loss less than rounding does" };
  }
  const [error, uncertainty] = [Math.abs(measured.slope - slope) / scale, measured.uncertainty / scale];
  if (error > gradientTolerance + errorBars * uncertainty) return { verdict: "fail", error, uncertainty };
  if (errorBars * uncertainty <= coarsest) return { verdict: "ok", error, uncertainty };
  return { verdict: "inconclusive", error, uncertainty, reason: "rounding or kinks (ReLU, MaxPool) hide the slope" };
}

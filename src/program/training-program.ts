import { type BackwardOptions, backward } from "../autodiff/backward.ts";
import { GraphError } from "../base/errors.ts";
import { once } from "../base/once.ts";
import { checkNumber } from "../base/options.ts";
import { isStatic } from "../base/shape.ts";
import { type Tensor, zeros } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { fixBatch } from "../rewrite/fix-batch.ts";
import { foldBatchNorms } from "../rewrite/fold-batch-norm.ts";
import { withoutIdentities } from "../rewrite/simplify.ts";
import {
  type BatchNormLayer,
  type BatchNormMode,
  nextStatistics,
  normalizeByBatch,
  smallestBatch,
  statisticsOf,
  withBatchStatistics,
} from "./batch-statistics.ts";
import { weightedLosses } from "./class-weights.ts";
import { type DropoutMask, withDropoutMasks } from "./dropout.ts";
import type { Loss } from "./losses.ts";
import type { Optimizer } from "./optimizers.ts";
import { stepScopes } from "./step-scopes.ts";

/** Names of the tensors that a program has besides the graph's own inputs and the state. */
export const names = {
  targets: "targets",
  loss: "loss",
  losses: "losses",
  examples: "examples",
  scalar: (name: string) => `optimizer.${name}`,
  slot: (name: string, weight: string) => `${name}:${weight}`,
  gradientSum: (weight: string) => `gradient_sum:${weight}`,
  next: (state: string) => `next:${state}`,
} as const;

/** A graph to run, with the state tensors that it reads and replaces. */
export interface Program {
  readonly graph: Graph;
  /** State tensors that are inputs of the graph. */
  readonly state: readonly string[];
  /** Output name to the state tensor that it becomes. */
  readonly updates: Readonly<Record<string, string>>;
}

/** What is run while training, as ONNX graphs over one set of state tensors. */
export interface Programs {
  /**
   * Forward, loss, backward and update in one graph. Inputs: the graph's own, `targets` [N, C], the optimizer's
   * scalars, dropout masks. Outputs: `loss`, the mean over the batch, and the graph's own output, the logits [N, C].
   */
  readonly step: Program;
  /** With gradient accumulation: the same without the update; adds the batch's gradients to the sums. */
  readonly accumulate: Program | undefined;
  /** Inference: the logits [N, C], and `losses` [N] against `targets`. */
  readonly evaluate: Program;
}

/** How an engine will hold what a program works on. */
export type Layout = Pick<BackwardOptions, "block">;

/** Everything that training a graph needs; its programs take batches of any size. */
export interface TrainingProgram extends Programs {
  /**
   * The same programs for batches of `size` examples alone: with numbers for shapes some gradients are cheaper.
   *
   * @param layout what to make them for: see `BackwardOptions.block`
   */
  forBatch(size: number, layout?: Layout): Programs;
  /** The state before the first step: weights and statistics as they are, optimizer slots and gradient sums at zero. */
  readonly state: Readonly<Record<string, Tensor>>;
  readonly weights: readonly string[];
  /** Running statistics of BatchNormalization that follow the batches: state without a gradient. */
  readonly statistics: readonly string[];
  /** The fewest examples that a step can train on. */
  readonly smallestBatch: number;
  readonly masks: readonly DropoutMask[];
  readonly optimizer: Optimizer;
  /** Name of the logits. */
  readonly output: string;
}

export interface TrainingProgramOptions {
  /** Names of the initializers to train. */
  readonly trainable: readonly string[];
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** The gradients of all weights together are scaled down to this Euclidean norm. Above 0; undefined: no clipping. */
  readonly clipNorm?: number | undefined;
  /** Batches whose gradients are summed before one update, from 1. */
  readonly accumulate?: number;
  readonly batchNorm?: BatchNormMode;
  /** What the examples of each class weigh while training, [C]; evaluation takes all alike. See `weightedLosses`. */
  readonly classWeights?: readonly number[] | undefined;
}

/**
 * Differentiates a graph into its training step.
 *
 * @param graph one output: logits [N, C]. What is not trainable stays in it as constants.
 * @throws {GraphError} "nothing-to-train" · "no-gradient" · "bad-shape" · "unsupported-attribute"
 */
export function trainingProgram(graph: Graph, options: TrainingProgramOptions): TrainingProgram {
  const { trainable, optimizer, accumulate = 1, clipNorm, batchNorm = "frozen", loss } = options;
  checkNumber("accumulate", accumulate, { min: 1, integer: true });
  if (clipNorm !== undefined) checkNumber("clipNorm", clipNorm, { moreThan: 0 });
  if (trainable.length === 0) {
    throw new GraphError("nothing-to-train", "No weight is trainable.", { hint: "Unfreeze the base or add layers." });
  }
  const { graph: normalized, layers } =
    batchNorm === "training" ? withBatchStatistics(graph, trainable) : { graph, layers: [] };
  const statistics = statisticsOf(layers);
  const masked = withDropoutMasks(foldBatchNorms(normalized));
  const job: Job = { ...options, accumulates: accumulate > 1, graph: masked.graph, layers, statistics };
  const inference = foldBatchNorms(graph, { keep: statistics });
  // A batch of some size may be trained on and never evaluated.
  const programs = (resized: (graph: Graph) => Graph, { block }: Layout = {}): Programs => {
    const stepOf = (kind: "update" | "accumulate") =>
      once(() => stepProgram({ ...job, block, graph: resized(job.graph) }, kind));
    const [update, accumulating] = [stepOf("update"), stepOf("accumulate")];
    const read = [...trainable, ...statistics];
    const evaluation = once(() => evaluationProgram(resized(inference), { loss, trainable: read }));
    return {
      get step() {
        return update();
      },
      get accumulate() {
        return accumulate > 1 ? accumulating() : undefined;
      },
      get evaluate() {
        return evaluation();
      },
    };
  };
  return {
    ...programs((whole) => whole),
    forBatch: (size, layout) => programs((whole) => fixBatch(whole, size), layout),
    state: initialState(job),
    weights: trainable,
    statistics,
    smallestBatch: smallestBatch(graph, layers),
    masks: masked.masks,
    optimizer,
    output: outputOf(graph).name,
  };
}

interface Job extends TrainingProgramOptions, Layout {
  readonly graph: Graph;
  readonly accumulates: boolean;
  readonly layers: readonly BatchNormLayer[];
  readonly statistics: readonly string[];
}

function stepProgram(job: Job, kind: "update" | "accumulate"): Program {
  const { graph, trainable, accumulates, layers, statistics, block } = job;
  const g = graphBuilder({ name: `${graph.name}.${kind}`, prefix: "step.", domains: graph.domains });
  const state = new StateInputs(g);
  const logits = forward(g, { graph, layers, read: [...trainable, ...statistics] }, state);
  const done = g.nodes().length;
  const targets = g.input(names.targets, "float32", logits.shape);
  const losses = g.within(stepScopes.loss, () => lossesToLower(g, job, { logits, targets }));
  const mean = g.within(stepScopes.loss, () => g.ReduceMean(losses, undefined, { keepdims: 0 }));
  // Sums over several batches are divided by the number of their examples, so that a short batch counts as it should.
  const target = accumulates ? g.ReduceSum(losses, undefined, { keepdims: 0 }) : mean;
  // The graph's own nodes: a BatchNormalization has a cheaper gradient than the ops that compute it.
  const nodes = [...graph.nodes, ...g.nodes().slice(done)];
  const gradients = backward(g, { nodes, output: target, wrt: trainable, block });
  const sums = new Map(trainable.map((name) => [name, summed(job, state, name, at(gradients, name))]));
  if (kind === "accumulate") {
    for (const [name, sum] of sums) state.update(names.gradientSum(name), sum);
  } else {
    g.within(stepScopes.optimizer, () => update(job, state, g, sums));
  }
  for (const layer of layers) for (const [name, next] of nextStatistics(g, layer)) state.update(name, next);
  return state.program([g.named(names.loss, mean), logits]);
}

/** The loss of each example as it is to be lowered, [N]. */
function lossesToLower(
  g: GraphBuilder,
  { loss, classWeights }: Job,
  { logits, targets }: { readonly logits: Value; readonly targets: Value },
): Value {
  const losses = loss.perExample(g, logits, targets);
  return classWeights ? weightedLosses(g, losses, { targets, weights: classWeights }) : losses;
}

/** The gradient of this batch, plus that of the batches before it. */
function summed({ accumulates }: Job, state: StateInputs, weight: string, gradient: Value): Value {
  return accumulates ? state.g.Add(gradient, state.read(names.gradientSum(weight), gradient.shape)) : gradient;
}

function update(job: Job, state: StateInputs, g: GraphBuilder, sums: ReadonlyMap<string, Value>): void {
  const { optimizer, clipNorm, accumulates } = job;
  const scalars = new Map(
    Object.keys(optimizer.scalars(optimizer.learningRate, 1)).map((name) => [
      name,
      g.input(names.scalar(name), "float32", []),
    ]),
  );
  const examples = accumulates ? g.input(names.examples, "float32", []) : undefined;
  const means = new Map([...sums].map(([name, sum]) => [name, examples ? g.Div(sum, examples) : sum]));
  const clip = clipNorm === undefined ? undefined : clipFactor(g, [...means.values()], clipNorm);
  for (const [name, mean] of means) {
    g.within(name, () => {
      const W = g.value(name);
      const { W: next, slots } = optimizer.update({
        g,
        W,
        dW: clip ? g.Mul(mean, clip) : mean,
        slot: (slot) => state.read(names.slot(slot, name), W.shape),
        scalar: (scalar) => at(scalars, scalar),
      });
      state.update(name, next);
      for (const [slot, value] of Object.entries(slots)) state.update(names.slot(slot, name), value);
      if (accumulates) state.update(names.gradientSum(name), zeroed(g, mean));
    });
  }
}

/** min(1, clipNorm / (‖gradients‖₂ + 1e-6)). @see PyTorch clip_grad_norm_ */
function clipFactor(g: GraphBuilder, gradients: readonly Value[], clipNorm: number): Value {
  const squares = gradients.map((dW) => g.ReduceSumSquare(dW, undefined, { keepdims: 0 }));
  const norm = g.Sqrt(squares.reduce((sum, square) => g.Add(sum, square)));
  return g.Min(g.float(1), g.Div(g.float(clipNorm), g.Add(norm, g.float(1e-6))));
}

/** A constant of zeros shaped as `like`: 0 · like would keep a NaN. */
function zeroed(g: GraphBuilder, like: Value): Value {
  return g.ConstantOfShape(g.Shape(like), { value: zeros("float32", [1]) });
}

/** Inference with a loss: see `TrainingProgram.evaluate`. Initializers in `trainable` are state, the others constants. */
export function evaluationProgram(
  graph: Graph,
  { trainable, loss }: Pick<TrainingProgramOptions, "trainable" | "loss">,
): Program {
  const g = graphBuilder({ name: `${graph.name}.evaluate`, prefix: "eval.", domains: graph.domains });
  const state = new StateInputs(g);
  const logits = forward(g, { graph, layers: [], read: trainable }, state);
  const targets = g.input(names.targets, "float32", logits.shape);
  return state.program([g.named(names.losses, loss.perExample(g, logits, targets)), logits]);
}

interface Forward {
  readonly graph: Graph;
  readonly layers: readonly BatchNormLayer[];
  /** Initializers that are state. */
  readonly read: readonly string[];
}

/** The graph inside the builder, those of its initializers that are state turned into inputs; returns the logits. */
function forward(g: GraphBuilder, { graph, layers, read }: Forward, state: StateInputs): Value {
  const isState = new Set(read);
  const byBatch = new Map(layers.map((layer) => [layer.Y, layer]));
  for (const { name, dtype, shape } of graph.inputs) g.input(name, dtype, shape);
  for (const name of read) state.read(name, weightOf(graph, name).shape);
  for (const [name, value] of graph.initializers) if (!isState.has(name)) g.initializer(name, value);
  for (const node of graph.nodes) {
    const layer = byBatch.get(node.outputs[0] ?? "");
    if (layer) g.within(node.name, () => normalizeByBatch(g, layer));
    else g.copy(node);
  }
  const logits = g.value(outputOf(graph).name);
  const classes = logits.shape?.[1];
  if (logits.shape?.length === 2 && typeof classes === "number") return logits;
  throw new GraphError("bad-shape", `The output "${logits.name}" is not [N, C] with a known C.`, {
    hint: "Graft a head on the graph first.",
  });
}

function initialState(job: Job): Readonly<Record<string, Tensor>> {
  const { graph, trainable, optimizer, accumulates, statistics } = job;
  const tensors = trainable.flatMap((name) => {
    const weight = weightOf(graph, name);
    const slots = optimizer.slots.map((slot) => names.slot(slot, name));
    const sums = accumulates ? [names.gradientSum(name)] : [];
    return [[name, weight], ...[...slots, ...sums].map((slot) => [slot, zeros("float32", weight.shape)])] as const;
  });
  return Object.fromEntries([...tensors, ...statistics.map((name) => [name, weightOf(graph, name)] as const)]);
}

/** Collects which inputs of a graph are state, and which outputs replace it. */
class StateInputs {
  readonly g: GraphBuilder;
  readonly #read = new Map<string, Value>();
  readonly #updates = new Map<string, Value>();

  constructor(g: GraphBuilder) {
    this.g = g;
  }

  read(name: string, shape: Value["shape"]): Value {
    const known = this.#read.get(name);
    if (known) return known;
    if (!shape || !isStatic(shape)) throw new GraphError("bad-shape", `The shape of the state "${name}" is not known.`);
    const value = this.g.input(name, "float32", shape);
    this.#read.set(name, value);
    return value;
  }

  update(name: string, value: Value): void {
    this.#updates.set(names.next(name), this.g.named(names.next(name), value));
  }

  program(outputs: readonly Value[]): Program {
    const updates = [...this.#updates.keys()].map((output) => [output, output.slice(names.next("").length)] as const);
    return {
      // Updates and outputs are made under their names: an Identity would copy each of them.
      graph: withoutIdentities(this.g.build([...outputs, ...this.#updates.values()])),
      state: [...this.#read.keys()],
      updates: Object.fromEntries(updates),
    };
  }
}

function weightOf(graph: Graph, name: string): Tensor {
  const weight = graph.initializers.get(name);
  if (weight?.dtype === "float32") return weight;
  throw new GraphError("nothing-to-train", `"${name}" is not a float32 weight of the graph.`);
}

function outputOf(graph: Graph): Graph["outputs"][number] {
  const [output, ...others] = graph.outputs;
  if (output && others.length === 0) return output;
  throw new GraphError(
    "bad-graph",
    `A graph to train has one output, the logits; this one has ${graph.outputs.length}.`,
  );
}

function at<V>(map: ReadonlyMap<string, V>, key: string): V {
  const value = map.get(key);
  if (value === undefined) throw new GraphError("bad-graph", `"${key}" is missing from the program.`);
  return value;
}

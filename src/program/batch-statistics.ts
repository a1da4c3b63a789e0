import { countOf } from "../autodiff/extents.ts";
import { allButChannels, alongChannels } from "../autodiff/rules/channels.ts";
import { GraphError } from "../base/errors.ts";
import { isStatic, sizeOf } from "../base/shape.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { attributesOf } from "../onnx/ops.ts";
import { inferShapes } from "../onnx/shapes/infer.ts";
import { labelOf } from "../rewrite/names.ts";

/**
 * What BatchNormalization layers that are trained (their scale or bias is) normalize by while training. "frozen": the
 * running statistics, which stay as they are. "training": those of each batch, which the running ones follow.
 */
export type BatchNormMode = "frozen" | "training";

/** A BatchNormalization that normalizes by the batch, as names of tensors. */
export interface BatchNormLayer {
  /** [N, C, ...] */
  readonly X: string;
  /** [C] */
  readonly scale: string;
  readonly B: string;
  readonly Y: string;
  /** Initializers, [C]. */
  readonly running: Statistics;
  /** What the node gives out beside Y, [C]: mean and population variance of the batch. */
  readonly batch: Statistics;
  readonly epsilon: number;
  /** Share of the running statistics that a step keeps. */
  readonly momentum: number;
}

interface Statistics {
  readonly mean: string;
  readonly variance: string;
}

/**
 * Lets each BatchNormalization that reads a trained weight normalize by the batch. It gives the batch's mean and
 * population variance out as they are: with momentum 0 nothing of the running ones is left in them.
 *
 * @throws {GraphError} "unsupported-attribute" where the running statistics are no initializers of the layer's own
 */
export function withBatchStatistics(
  graph: Graph,
  trainable: readonly string[],
): { readonly graph: Graph; readonly layers: readonly BatchNormLayer[] } {
  const trained = new Set(trainable);
  const layers: BatchNormLayer[] = [];
  const nodes = graph.nodes.map((node) => {
    const [, scale = "", B = ""] = node.inputs;
    const isTrained = trained.has(scale) || trained.has(B);
    if (node.op !== "BatchNormalization" || node.domain !== "" || !isTrained) return node;
    const layer = layerOf(graph, node);
    layers.push(layer);
    return byBatch(node, layer);
  });
  return { graph: { ...graph, nodes }, layers };
}

const byBatch = (node: Node, { Y, batch }: BatchNormLayer): Node => ({
  ...node,
  outputs: [Y, batch.mean, batch.variance],
  attributes: { ...node.attributes, training_mode: { kind: "int", value: 1 }, momentum: { kind: "float", value: 0 } },
});

function layerOf(graph: Graph, node: Node): BatchNormLayer {
  const [X = "", scale = "", B = "", mean = "", variance = ""] = node.inputs;
  const [Y = ""] = node.outputs;
  for (const name of [mean, variance]) {
    const reads = graph.nodes.flatMap(({ inputs }) => inputs.filter((input) => input === name));
    if (graph.initializers.has(name) && reads.length === 1) continue;
    throw new GraphError(
      "unsupported-attribute",
      `BatchNormalization "${labelOf(node)}" has no running statistics of its own to update ("${name}").`,
      { hint: "Keep the statistics as they are: --batch-norm frozen." },
    );
  }
  const { epsilon, momentum } = attributesOf("BatchNormalization", node.attributes);
  const batch = { mean: `batch_mean:${Y}`, variance: `batch_var:${Y}` };
  return { X, scale, B, Y, running: { mean, variance }, batch, epsilon, momentum };
}

/** Names of the running statistics of these layers. */
export const statisticsOf = (layers: readonly BatchNormLayer[]): readonly string[] =>
  layers.flatMap(({ running: { mean, variance } }) => [mean, variance]);

/**
 * Emits what such a node computes, with its outputs under their names, by plain ops. onnxruntime 1.30 has a kernel for
 * the node, on the CPU alone and on one thread; and it writes the new statistics over the old ones that it is given,
 * which are state here.
 */
export function normalizeByBatch(g: GraphBuilder, { X: name, batch, epsilon, ...layer }: BatchNormLayer): void {
  const X = g.value(name);
  const average = (value: Value) => g.ReduceMean(value, g.ints(allButChannels(X)), { keepdims: 0 });
  const along = (vector: Value) => alongChannels(g, vector, X);
  const mean = g.named(batch.mean, average(X));
  const centred = g.Sub(X, along(mean));
  const variance = g.named(batch.variance, average(g.Mul(centred, centred)));
  const inverse = g.Reciprocal(g.Sqrt(g.Add(variance, g.float(epsilon))));
  const scaled = g.Mul(centred, along(g.Mul(g.value(layer.scale), inverse)));
  g.named(layer.Y, g.Add(scaled, along(g.value(layer.B))));
}

/**
 * Emits the running statistics after this batch, by name: momentum · running + (1 − momentum) · batch. The variance
 * that is mixed in is the unbiased one, n / (n − 1) times the population's, for n values per channel.
 *
 * @see PyTorch BatchNorm2d, whose momentum is 1 − ONNX's
 */
export function nextStatistics(
  g: GraphBuilder,
  { X, running, batch, momentum }: BatchNormLayer,
): readonly (readonly [name: string, next: Value])[] {
  const count = countOf(g, g.value(X), allButChannels(g.value(X)));
  const unbiased = g.Mul(g.value(batch.variance), g.Div(count, g.Sub(count, g.float(1))));
  const mixed = (name: string, now: Value) =>
    [name, g.Add(g.Mul(g.value(name), g.float(momentum)), g.Mul(now, g.float(1 - momentum)))] as const;
  return [mixed(running.mean, g.value(batch.mean)), mixed(running.variance, unbiased)];
}

/** The fewest examples that have a variance in every layer: 2 where one of them has a single value per channel, else 1. */
export function smallestBatch(graph: Graph, layers: readonly BatchNormLayer[]): number {
  if (layers.length === 0) return 1;
  const known = inferShapes(graph);
  const single = layers.some(({ X }) => {
    const spatial = known.get(X)?.shape?.slice(2);
    return spatial !== undefined && isStatic(spatial) && sizeOf(spatial) === 1;
  });
  return single ? 2 : 1;
}

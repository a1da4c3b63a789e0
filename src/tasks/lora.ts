import { refuseUnknown } from "../base/options.ts";
import type { Random } from "../base/random.ts";
import { type Tensor, zeros } from "../base/tensor.ts";
import type { AdapterContent } from "../models/adapter-files.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Loss } from "../program/losses.ts";
import type { Layer } from "../rewrite/layers.ts";
import { addLora, type Lora, loraWeights } from "../rewrite/lora.ts";
import { chooseLayers, loraLayers, type SkippedLayer } from "../rewrite/lora-layers.ts";
import { selectTrainable, type Unfreeze } from "../rewrite/trainable.ts";
import type { Base } from "./base-model.ts";
import { checkGradients } from "./trainable-from.ts";

export interface LoraOptions {
  /** Extent between the two factors A [rank, inputs] and B [outputs, rank]. From 1 to a layer's smaller side. */
  readonly rank: number;
  /** The adapters' outputs are scaled by alpha / rank. Above 0; by default the rank. */
  readonly alpha?: number | undefined;
  /** Layers by their module's path or its last parts, as PEFT's target_modules; by default all that can have adapters. */
  readonly targets?: readonly string[] | undefined;
  /** Which part of the base these layers are in: as `unfreeze` takes it, "all" by default. */
  readonly unfreeze?: Unfreeze | undefined;
}

/** The adapters of a model. */
export interface Adapters {
  readonly lora: Lora;
  /** Layers of that part of the base that have none. */
  readonly skipped: readonly SkippedLayer[];
}

interface Place {
  /** Names of the new layers' weights: these have no adapters. */
  readonly added: readonly string[];
  readonly rng: Random;
}

/**
 * Puts adapters on a base with new layers.
 *
 * @throws {UsageError} "bad-option" · {GraphError} "no-adapter" · "no-such-node" · "no-gradient"
 */
export function addAdapters(
  graph: Graph,
  { rank, alpha = rank, targets, unfreeze = "all", ...rest }: LoraOptions,
  { added, rng }: Place,
): { readonly graph: Graph; readonly adapters: Adapters } {
  refuseUnknown("addLora", rest);
  const { layers, skipped } = chooseLayers(baseLayers(graph, added, unfreeze), { rank, targets });
  const adapted = addLora(graph, layers, { rank, alpha, rng });
  checkGradients(adapted.graph, [...loraWeights(adapted.lora), ...added], added);
  return { graph: adapted.graph, adapters: { lora: adapted.lora, skipped } };
}

/** The layers of a part of the base, by whether they take adapters. */
export function baseLayers(graph: Graph, added: readonly string[], unfreeze: Unfreeze) {
  const head = new Set(added);
  const weights = selectTrainable(graph, { unfreeze, always: added }).filter((name) => !head.has(name));
  return loraLayers(graph, weights);
}

interface SavedAround {
  readonly base: Base;
  readonly head: readonly Layer[];
  readonly added: readonly string[];
  readonly loss: Loss;
  readonly labels: readonly string[];
  readonly multiLabel: boolean;
}

/** Adapters with what belongs to them, as they are saved. */
export function adapterContent(
  { initializers }: Graph,
  { rank, alpha, adapters }: Lora,
  { base, head, added, loss, labels, multiLabel }: SavedAround,
): AdapterContent {
  const named = (name: string): Tensor => initializers.get(name) ?? zeros("float32", [0]);
  return {
    rank,
    alpha,
    baseModel: base.path,
    factors: Object.fromEntries(adapters.map(({ module, A, B }) => [module, { A: named(A), B: named(B) }])),
    saved: Object.fromEntries(added.map((name) => [name, named(name)])),
    head,
    labels,
    loss: { loss: loss.name, label_smoothing: loss.labelSmoothing },
    multiLabel,
  };
}

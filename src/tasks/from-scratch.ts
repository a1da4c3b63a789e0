import { random } from "../base/random.ts";
import { giveBackBatchNorms } from "../rewrite/give-back-batch-norm.ts";
import { batchNormsOf, isNormalized } from "../rewrite/merged-batch-norm.ts";
import { resetWeights } from "../rewrite/reset-weights.ts";
import type { Base } from "./base-model.ts";

/** What keeps the activations of a network with fresh weights in range. */
export type Normalization =
  /** BatchNormalization of its own. */
  | "batch"
  /** BatchNormalization that had been merged into the convolutions. */
  | "given-back"
  /** Layers, groups or instances are normalized. */
  | "other"
  /** Nothing: the first weights alone. */
  | "none";

export interface FreshBase {
  readonly base: Base;
  readonly normalization: Normalization;
  /** Convolutions that got a BatchNormalization back. */
  readonly givenBack: number;
}

/**
 * The network of a base before it was trained: the same layers, all weights drawn anew (`rewrite/reset-weights`) and all
 * of them to be trained. A BatchNormalization that was merged into a convolution is given back, because such networks
 * do not train without.
 *
 * @param seed governs the weights; equal seeds give equal ones
 */
export function freshBase(base: Base, { seed }: { readonly seed: number }): FreshBase {
  const { graph: whole, count: givenBack } = giveBackBatchNorms(base.graph);
  const graph = resetWeights(whole, { rng: random(seed).fork("scratch") });
  const own = batchNormsOf(base.graph).nodes > 0;
  const normalization = givenBack > 0 ? "given-back" : own ? "batch" : isNormalized(graph) ? "other" : "none";
  return { base: { ...base, graph, trainable: true }, normalization, givenBack };
}

/**
 * Adam's learning rates for fresh weights. Where nothing normalizes, the rate that suits normalized layers makes the
 * loss of a deep stack, such as VGG16, stay at chance.
 */
export const scratchLearningRates: { readonly [N in Normalization]: number } = {
  batch: 1e-3,
  "given-back": 1e-3,
  other: 1e-3,
  none: 1e-4,
};

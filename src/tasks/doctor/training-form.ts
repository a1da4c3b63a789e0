import { random } from "../../base/random.ts";
import type { Graph } from "../../onnx/graph.ts";
import { graft } from "../../rewrite/graft.ts";
import { selectTrainable, type Unfreeze } from "../../rewrite/trainable.ts";
import type { Base } from "../base-model.ts";
import { fineTuneDefaults, headLayers } from "../recipe.ts";

/** Classes of the head that is put on for a look: how many there will be is not known yet, and hardly matters. */
export const someClasses = 10;

/** A base with a new head, as `train` makes it. */
export interface TrainingForm {
  /** Pictures in, logits [N, someClasses] out. */
  readonly graph: Graph;
  /** Names of the weights to train. */
  readonly trainable: readonly string[];
  /** Those of them that are the new head's. */
  readonly added: readonly string[];
}

interface FormOptions {
  readonly unfreeze: Unfreeze;
  readonly seed: number;
  /** Share of the features dropped before the head; the recipe's own by default. */
  readonly dropout?: number;
}

/** @throws {GraphError} "bad-shape" where no head goes on the base · "no-such-node" */
export function trainingForm(
  base: Base,
  { unfreeze, seed, dropout = fineTuneDefaults.dropout }: FormOptions,
): TrainingForm {
  const layers = headLayers({ hidden: fineTuneDefaults.hidden, dropout, units: someClasses });
  const { graph, added } = graft(base.graph, layers, { rng: random(seed).fork("graft") });
  return { graph, added, trainable: selectTrainable(graph, { unfreeze, always: added }) };
}

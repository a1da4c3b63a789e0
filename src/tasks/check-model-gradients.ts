import { checkNumber, refuseUnknown } from "../base/options.ts";
import { random } from "../base/random.ts";
import { tensor } from "../base/tensor.ts";
import { preprocess } from "../image/preprocess.ts";
import { softmaxCrossEntropy } from "../program/losses.ts";
import { sgd } from "../program/optimizers.ts";
import { trainingProgram } from "../program/training-program.ts";
import { labelOf } from "../rewrite/names.ts";
import type { Unfreeze } from "../rewrite/trainable.ts";
import { type WeightedNode, weightedNodes } from "../rewrite/weight-slots.ts";
import { checkGradients, type GradientFinding, gradientTolerance } from "../training/gradient-check.ts";
import type { Examples } from "../training/source.ts";
import type { Base } from "./base-model.ts";
import { randomPicture } from "./doctor/random-pictures.ts";
import { someClasses, type TrainingForm, trainingForm } from "./doctor/training-form.ts";
import type { Host } from "./host.ts";

/** A layer's gradients against finite differences: those of its worst tensor. */
export interface LayerGradients extends GradientFinding {
  readonly node: string;
  readonly op: string;
}

export interface GradientReport {
  /** The layers that were looked at, in order. */
  readonly layers: readonly LayerGradients[];
  /** How many there are to train. */
  readonly of: number;
  /** Share by which a gradient may be off, besides what the differences leave open. */
  readonly tolerance: number;
  /** Pictures in the batch. */
  readonly pictures: number;
}

export interface GradientOptions {
  /** What of the base is trained. */
  readonly unfreeze?: Unfreeze;
  /** Pictures of noise that the loss is taken over, from 1. */
  readonly pictures?: number;
  /** Layers to look at, evenly spread, from 1. */
  readonly mostLayers?: number;
  /** No further layer is begun after so long. */
  readonly limitMs?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/**
 * Compares the gradients that a model is trained with with differences of its loss: cross-entropy of a new head, on
 * pictures of noise with classes drawn for them. Layers are looked at evenly spread, so that a check that runs out of
 * time has seen some of everything.
 *
 * @throws {UsageError} "bad-option" · {GraphError} "no-gradient" · {HostError} "engine-failed"
 */
export async function checkModelGradients(base: Base, options: GradientOptions, host: Host): Promise<GradientReport> {
  const { unfreeze = "all", pictures = 2, mostLayers = 16, limitMs = 60_000, seed = 0, ...others } = options;
  const { threads = host.threads, onProgress, ...rest } = others;
  refuseUnknown("checkModelGradients", rest);
  checkNumber("pictures", pictures, { min: 1, integer: true });
  checkNumber("mostLayers", mostLayers, { min: 1, integer: true });
  const form = trainingForm(base, { unfreeze, seed, dropout: 0 });
  const layers = layersOf(form);
  const chosen = spread(layers, mostLayers);
  const weights = chosen.flatMap((layer) => layer.weights);
  const how = { loss: softmaxCrossEntropy(), optimizer: sgd(), accumulate: 2 };
  const program = trainingProgram(form.graph, { ...how, trainable: form.trainable });
  const workspace = await host.runtime.open({ threads });
  const began = host.now();
  const goOn = (done: number) => {
    onProgress?.(`comparing gradients: ${done} of ${weights.length} weights`);
    return host.now() - began < limitMs;
  };
  try {
    const examples = examplesOf(base, form, { pictures, seed });
    const found = await checkGradients(program, workspace, { weights, examples, rng: random(seed), goOn });
    const checked = byLayer(found, layers);
    return { layers: checked, of: layers.length, tolerance: gradientTolerance, pictures };
  } finally {
    await workspace.close();
  }
}

/** The layers with what of them is trained. A weight that two layers share is the first one's. */
function layersOf({ graph, trainable }: TrainingForm): readonly WeightedNode[] {
  const left = new Set(trainable);
  return weightedNodes(graph)
    .map(({ node, weights }) => ({ node, weights: weights.filter((name) => left.delete(name)) }))
    .filter(({ weights }) => weights.length > 0);
}

/** Some of the items, evenly spread from the first to the last, in an order of which every first part is spread too. */
export function spread<T>(items: readonly T[], most: number): readonly T[] {
  const count = Math.min(most, items.length);
  const last = Math.max(1, count - 1);
  const even = Array.from({ length: count }, (_, at) => items[Math.round((at * (items.length - 1)) / last)]);
  return [...even.keys()]
    .sort((a, b) => mirrored(a) - mirrored(b))
    .flatMap((at) => {
      const item = even[at];
      return item === undefined ? [] : [item];
    });
}

/** The bits of a whole number behind the point, in reverse: 0, 1/2, 1/4, 3/4, 1/8 ... (van der Corput). */
function mirrored(index: number): number {
  let [rest, part, sum] = [index, 0.5, 0];
  for (; rest > 0; rest = Math.floor(rest / 2), part /= 2) sum += (rest % 2) * part;
  return sum;
}

function examplesOf(
  base: Base,
  { graph }: TrainingForm,
  { pictures, seed }: { readonly pictures: number; readonly seed: number },
) {
  const rng = random(seed).fork("gradients");
  const prepared = Array.from({ length: pictures }, (_, at) =>
    preprocess(randomPicture(base.preprocessing, rng.fork(at)), base.preprocessing),
  );
  const classes = prepared.map((_, at) => rng.fork("class", at).int(someClasses));
  const [input] = graph.inputs;
  const shape = [pictures, ...(input?.shape ?? []).slice(1).map(Number)];
  const size = prepared[0]?.length ?? 0;
  return (): Examples => {
    const data = new Float32Array(pictures * size);
    for (const [at, values] of prepared.entries()) data.set(values, at * size);
    const targets = new Float32Array(pictures * someClasses);
    for (const [at, chosen] of classes.entries()) targets[at * someClasses + chosen] = 1;
    return {
      indices: classes.map((_, at) => at),
      inputs: { [input?.name ?? ""]: tensor("float32", shape, data) },
      targets,
    };
  };
}

const gravity = { fail: 2, inconclusive: 1, ok: 0 } as const;

function byLayer(found: readonly GradientFinding[], layers: readonly WeightedNode[]): readonly LayerGradients[] {
  return layers.flatMap(({ node, weights }) => {
    const own = found.filter(({ weight }) => weights.includes(weight));
    const [worst] = own.sort((a, b) => gravity[b.verdict] - gravity[a.verdict] || b.error - a.error);
    return worst ? [{ node: labelOf(node), op: node.op, ...worst }] : [];
  });
}

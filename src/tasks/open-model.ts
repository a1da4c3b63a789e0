import { hubReference, isHubReference } from "../hub/reference.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import type { ProblemType } from "../models/model-config.ts";
import { type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import { binaryCrossEntropy, type Loss, losses, meanSquaredError, softmaxCrossEntropy } from "../program/losses.ts";
import { flatLogits } from "../rewrite/flat-logits.ts";
import { lastActivation, stripSoftmax } from "../rewrite/strip-softmax.ts";
import { zooCard, zooCards } from "../zoo/cards.ts";
import { cardForHandle } from "../zoo/tf-hub.ts";
import { type LoadingHost, prepared, preprocessingOf } from "./base-model.ts";
import type { Finished } from "./classifier.ts";
import { findModel } from "./find-model.ts";
import { imagenetClasses, imagenetLabels } from "./imagenet-labels.ts";

/**
 * A finished model from a run folder, a model folder or an .onnx file, ready to answer.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "bad-model-folder" · "no-preprocessing" · "not-an-image-model"
 */
export async function openModel(
  path: string,
  { preprocessing: wanted, ...host }: LoadingHost & { readonly preprocessing?: string | Preprocessing | undefined },
): Promise<Finished> {
  const { store } = host;
  const model = await readModelFolder(await findModel(path, host), { store, tryHdf5: host.tryHdf5 });
  const preprocessing = preprocessingOf(model, wanted);
  const whole = await prepared(model, preprocessing, host);
  const graph = flatLogits(stripSoftmax(whole));
  const classes = graph.outputs[0]?.shape?.[1];
  const numbers = Array.from({ length: typeof classes === "number" ? classes : 0 }, (_, at) => `class ${at}`);
  const isUnnamed = model.labels === undefined && numbers.length === imagenetClasses;
  const named = isUnnamed && (await isOfZoo(path, store)) ? await imagenetLabels(host) : undefined;
  return {
    graph,
    labels: model.labels ?? named ?? numbers,
    preprocessing,
    loss: lossOf(model, lastActivation(whole)),
    threshold: model.config?.regraft?.threshold,
  };
}

/** Whether a name means the repository of a card, all of which were trained on ImageNet. What lies here comes first. */
async function isOfZoo(name: string, store: LoadingHost["store"]): Promise<boolean> {
  if (isHubReference(name)) return zooCards.some(({ repo }) => repo === hubReference(name).repo);
  return (zooCard(name) ?? cardForHandle(name)) !== undefined && (await store.kind(name)) === undefined;
}

const usualLosses: ReadonlyMap<string, () => Loss> = new Map<ProblemType, () => Loss>([
  ["single_label_classification", softmaxCrossEntropy],
  ["multi_label_classification", binaryCrossEntropy],
  ["regression", meanSquaredError],
]);

/** The loss that Regraft wrote down, else the one that the problem type, or the activation at the end, goes with. */
function lossOf({ config }: LoadedModel, activation: string | undefined): Loss {
  const usual = activation === "Sigmoid" ? binaryCrossEntropy : softmaxCrossEntropy;
  if (!config?.regraft) return usualLosses.get(config?.problem_type ?? "")?.() ?? usual();
  const { loss, label_smoothing: labelSmoothing } = config.regraft;
  return loss === "meanSquaredError" ? losses[loss]() : losses[loss]({ labelSmoothing });
}

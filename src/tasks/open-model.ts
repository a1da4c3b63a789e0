import { isHubReference } from "../hub/reference.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import type { ProblemType } from "../models/model-config.ts";
import { type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import type { Graph } from "../onnx/graph.ts";
import { binaryCrossEntropy, type Loss, losses, meanSquaredError, softmaxCrossEntropy } from "../program/losses.ts";
import { flatLogits } from "../rewrite/flat-logits.ts";
import { lastActivation, stripSoftmax } from "../rewrite/strip-softmax.ts";
import { zooCard } from "../zoo/cards.ts";
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
  const found = await findModel(path, host);
  const model = await readModelFolder(found, { store });
  const preprocessing = preprocessingOf(model, wanted);
  const whole = await prepared(model, preprocessing, host);
  const graph = flatLogits(stripSoftmax(whole));
  const labels =
    model.labels ??
    (await labelsFor(graph, model, {
      ...host,
      isFetched: isHubReference(path) || (zooCard(path) !== undefined && found !== path),
    }));
  return { graph, labels, preprocessing, loss: lossOf(model, lastActivation(whole)) };
}

interface Naming extends Pick<LoadingHost, "store" | "hub"> {
  /** Whether the model came from a hub: for one that lies here nobody else is asked. */
  readonly isFetched: boolean;
}

/** Names for a model that has none of its own: ImageNet's where timm trained it on that, else numbers. */
async function labelsFor(
  { outputs }: Graph,
  { config }: LoadedModel,
  { isFetched, ...host }: Naming,
): Promise<readonly string[]> {
  const classes = outputs[0]?.shape?.[1];
  const count = typeof classes === "number" ? classes : 0;
  const isImagenet = isFetched && typeof config?.architecture === "string" && count === imagenetClasses;
  const known = isImagenet ? await imagenetLabels(host) : undefined;
  return known ?? Array.from({ length: count }, (_, at) => `class ${at}`);
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

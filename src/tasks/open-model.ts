import { z } from "zod";
import type { Preprocessing } from "../image/preprocessing.ts";
import { type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import { binaryCrossEntropy, type Loss, losses, softmaxCrossEntropy } from "../program/losses.ts";
import { stripSoftmax } from "../rewrite/strip-softmax.ts";
import { preprocessingOf, sized } from "./base-model.ts";
import type { Finished } from "./classifier.ts";
import type { Host } from "./host.ts";
import { modelFolderOf, runPaths } from "./run-folder.ts";

/** The part of run.json that says what the model was trained to lower. */
const runSchema = z.object({
  loss: z.object({
    name: z.enum(["softmaxCrossEntropy", "binaryCrossEntropy", "meanSquaredError"]),
    labelSmoothing: z.number(),
  }),
});

/**
 * A finished model from a run folder, a model folder or an .onnx file, ready to answer.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "no-preprocessing" · "not-an-image-model"
 */
export async function openModel(
  path: string,
  {
    store,
    preprocessing: wanted,
  }: Pick<Host, "store"> & { readonly preprocessing?: string | Preprocessing | undefined },
): Promise<Finished> {
  const folder = await modelFolderOf(path, store);
  const model = await readModelFolder(folder, { store });
  const preprocessing = preprocessingOf(model, wanted);
  const graph = stripSoftmax(sized(model.model.graph, preprocessing));
  const classes = graph.outputs[0]?.shape?.[1];
  const labels =
    model.labels ?? Array.from({ length: typeof classes === "number" ? classes : 0 }, (_, at) => `class ${at}`);
  return { graph, labels, preprocessing, loss: (await lossOfRun(path, store, labels.length)) ?? lossOf(model) };
}

async function lossOfRun(path: string, store: Host["store"], classes: number): Promise<Loss | undefined> {
  const { about } = runPaths(store, path);
  if ((await store.kind(about)) !== "file") return undefined;
  const parsed = runSchema.safeParse(JSON.parse(await store.readText(about)));
  if (!parsed.success) return undefined;
  const { name, labelSmoothing } = parsed.data.loss;
  if (name === "meanSquaredError") return losses.meanSquaredError();
  const widened = name === "binaryCrossEntropy" && classes === 2;
  return widened ? softmaxCrossEntropy({ labelSmoothing }) : losses[name]({ labelSmoothing });
}

const lossOf = ({ config }: LoadedModel): Loss =>
  config?.problem_type === "multi_label_classification" ? binaryCrossEntropy() : softmaxCrossEntropy();

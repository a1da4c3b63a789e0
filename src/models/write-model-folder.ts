import { HostError, ModelError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { withIo } from "../rewrite/rename.ts";
import type { Store } from "../store/store.ts";
import { type CardDetails, modelCard } from "./model-card.ts";
import type { ModelConfig } from "./model-config.ts";
import { preprocessorConfig } from "./preprocessor-config.ts";
import { isTransformersJsType } from "./transformers-js.ts";

export interface ModelFolderContent {
  /** One picture input, one output [N, classes]. */
  readonly graph: Graph;
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** What was fine-tuned: its name on the Hub or its path, and its config, of which the model_type is kept. */
  readonly baseModel?: { readonly name: string; readonly config?: ModelConfig | undefined } | undefined;
  readonly card: CardDetails;
  readonly problemType?: "single_label_classification" | "multi_label_classification";
}

export interface WriteModelFolderOptions {
  readonly store: Store;
  /** Replaces a folder that stands there already. */
  readonly overwrite?: boolean;
}

/**
 * Writes a model folder as the Hugging Face Hub has them: config.json, preprocessor_config.json, README.md and
 * onnx/model.onnx with input `pixel_values` and output `logits`. The folder appears as a whole or not at all.
 *
 * @throws {HostError} "run-exists" · "disk-full" · "write-failed" · {ModelError} "bad-model-folder" where labels and
 *   logits do not fit
 */
export async function writeModelFolder(
  path: string,
  content: ModelFolderContent,
  { store, overwrite = false, ...rest }: WriteModelFolderOptions,
): Promise<void> {
  refuseUnknown("writeModelFolder", rest);
  const exists = (await store.kind(path)) !== undefined;
  if (exists && !overwrite) {
    throw new HostError("run-exists", `"${path}" exists already.`, {
      hint: "Choose another place, or allow overwriting.",
    });
  }
  const files = filesOf(content);
  const partial = `${path}.partial`;
  await store.remove(partial);
  try {
    for (const [name, file] of files) await store.write(store.join(partial, ...name), file);
    if (exists) await replace(path, partial, store);
    else await store.rename(partial, path);
  } catch (error) {
    await store.remove(partial);
    throw error;
  }
}

/** The old folder steps aside first, and comes back should the new one not take its place. */
async function replace(path: string, partial: string, store: Store): Promise<void> {
  const old = `${path}.old`;
  await store.remove(old);
  await store.rename(path, old);
  try {
    await store.rename(partial, path);
  } catch (error) {
    await store.rename(old, path);
    throw error;
  }
  await store.remove(old);
}

type FileEntry = readonly [name: readonly string[], content: Uint8Array | string];

function filesOf({
  graph,
  labels,
  preprocessing,
  baseModel,
  card,
  problemType,
}: ModelFolderContent): readonly FileEntry[] {
  const saved = withIo(graph, { input: "pixel_values", output: "logits" });
  checkLabels(saved, labels);
  const config = configOf(labels, baseModel?.config, problemType);
  const runsInTransformersJs = isTransformersJsType(config.model_type) && preprocessing.layout === "NCHW";
  return [
    [["onnx", "model.onnx"], encodeModel(modelOf(saved))],
    [["config.json"], json(config)],
    [["preprocessor_config.json"], json(preprocessorConfig(preprocessing))],
    [["README.md"], modelCard({ card, labels, baseModel: baseModel?.name, runsInTransformersJs })],
  ];
}

function configOf(
  labels: readonly string[],
  base: ModelConfig | undefined,
  problemType: ModelFolderContent["problemType"] = "single_label_classification",
) {
  return {
    model_type: base?.model_type ?? "regraft",
    ...(base?.architectures ? { architectures: base.architectures } : {}),
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    problem_type: problemType,
    "transformers.js_config": { dtype: "fp32" },
  };
}

function checkLabels({ outputs }: Graph, labels: readonly string[]): void {
  const classes = outputs[0]?.shape?.at(-1);
  if (typeof classes !== "number" || classes === labels.length) return;
  throw new ModelError("bad-model-folder", `The model has ${classes} logits, but ${labels.length} labels were given.`);
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

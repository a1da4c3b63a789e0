import { ModelError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { encodeForDisk } from "../onnx/encode-external.ts";
import type { Graph } from "../onnx/graph.ts";
import { modelOf } from "../onnx/model.ts";
import { withIo } from "../rewrite/rename.ts";
import { toFloat16 } from "../rewrite/to-float16.ts";
import type { Store } from "../store/store.ts";
import { type CardDetails, modelCard } from "./model-card.ts";
import type { ModelConfig, ProblemType, SavedJudgement, SavedLoss } from "./model-config.ts";
import { preprocessorConfig } from "./preprocessor-config.ts";
import { type FileEntry, folderPlace, replaceFolder } from "./replace-folder.ts";
import { isTransformersJsType, modelFiles, type SavedDtype } from "./transformers-js.ts";

export interface ModelFolderContent {
  /** One picture input, one output [N, classes]. */
  readonly graph: Graph;
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** What was fine-tuned: its name on the Hub or its path, and its config, of which the model_type is kept. */
  readonly baseModel?: { readonly name: string; readonly config?: ModelConfig | undefined } | undefined;
  readonly card: CardDetails;
  /** "single_label_classification" by default. */
  readonly problemType?: ProblemType;
  /** What the model was trained to lower, for readers that want to measure it by that. */
  readonly loss?: { readonly name: SavedLoss["loss"]; readonly labelSmoothing: number };
  /** Of two classes, the score of the second from which on it is to be chosen. Only Regraft reads it. */
  readonly threshold?: number | undefined;
  /** float16 halves the file; inputs and outputs stay float32. */
  readonly dtype?: SavedDtype | undefined;
}

interface WriteModelFolderOptions {
  readonly store: Store;
  /** Replaces a model folder, or an empty one, that stands there already. */
  readonly overwrite?: boolean;
  /** Bytes of model.onnx from which on its weights go to model.onnx_data: the 2 GiB that it can hold by default. */
  readonly mostModelBytes?: number | undefined;
}

/**
 * Writes a model folder as the Hugging Face Hub has them: config.json, preprocessor_config.json, README.md and
 * onnx/model.onnx (onnx/model_fp16.onnx in float16), its weights in a file beside it where they are large, with input
 * `pixel_values` and output `logits`. The folder appears as a whole or not at all.
 *
 * @throws {HostError} "run-exists", with `overwrite` too where what stands there is no model folder · "disk-full" · "write-failed" · {ModelError} "bad-model-folder" where labels and
 *   logits do not fit
 */
export async function writeModelFolder(
  path: string,
  content: ModelFolderContent,
  { store, overwrite = false, mostModelBytes, ...rest }: WriteModelFolderOptions,
): Promise<void> {
  refuseUnknown("writeModelFolder", rest);
  const models = Object.values(modelFiles).map(({ file }) => ["onnx", file]);
  const place = await folderPlace(path, {
    store,
    overwrite,
    what: "a model folder",
    marks: [[["config.json"]], models],
  });
  await replaceFolder(place, filesOf(content, mostModelBytes), store);
}

function filesOf(content: ModelFolderContent, mostBytes: number | undefined): readonly FileEntry[] {
  const { graph, labels, preprocessing, baseModel, card, dtype = "float32" } = content;
  const { file } = modelFiles[dtype];
  // What transformers.js looks for beside a model that says use_external_data_format.
  const dataFile = `${file}_data`;
  const saved = withIo(graph, { input: "pixel_values", output: "logits" });
  checkLabels(saved, labels);
  const model = encodeForDisk(modelOf(dtype === "float16" ? toFloat16(saved) : saved), { dataFile, mostBytes });
  const config = configOf(content, { isExternal: model.data !== undefined });
  const runsInTransformersJs = isTransformersJsType(config.model_type) && preprocessing.layout === "NCHW";
  return [
    [["onnx", file], model.bytes],
    ...(model.data ? [[["onnx", dataFile], model.data] satisfies FileEntry] : []),
    [["config.json"], json(config)],
    [["preprocessor_config.json"], json(preprocessorConfig(preprocessing))],
    [["README.md"], modelCard({ card, labels, baseModel: baseModel?.name, runsInTransformersJs })],
  ];
}

function configOf(
  {
    labels,
    baseModel,
    problemType = "single_label_classification",
    loss,
    threshold,
    dtype = "float32",
  }: ModelFolderContent,
  { isExternal }: { readonly isExternal: boolean },
) {
  const base = baseModel?.config;
  return {
    model_type: base?.model_type ?? "regraft",
    ...(base?.architectures ? { architectures: base.architectures } : {}),
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    problem_type: problemType,
    ...(loss ? { regraft: judgementOf(loss, threshold) } : {}),
    "transformers.js_config": {
      dtype: modelFiles[dtype].dtype,
      ...(isExternal ? { use_external_data_format: { [modelFiles[dtype].file]: true } } : {}),
    },
  };
}

const judgementOf = (
  { name, labelSmoothing }: NonNullable<ModelFolderContent["loss"]>,
  threshold: number | undefined,
): SavedJudgement => ({
  loss: name,
  label_smoothing: labelSmoothing,
  ...(threshold === undefined ? {} : { threshold }),
});

function checkLabels({ outputs }: Graph, labels: readonly string[]): void {
  const classes = outputs[0]?.shape?.at(-1);
  if (typeof classes !== "number" || classes === labels.length) return;
  throw new ModelError("bad-model-folder", `The model has ${classes} logits, but ${labels.length} labels were given.`);
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

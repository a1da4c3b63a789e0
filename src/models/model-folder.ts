import { GraphError, ModelError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { pickleIn } from "../hub/model-files.ts";
import { pictureFormat } from "../image/picture-format.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { bytesAsTheyAre } from "../image/presets.ts";
import type { TryHdf5 } from "../keras/hdf5-trial.ts";
import type { PictureSize } from "../keras/input-shape.ts";
import { isKerasFile, kerasModel } from "../keras/keras-file.ts";
import type { Preparation } from "../keras/preparation.ts";
import { openModelFile } from "../onnx/decode.ts";
import { type Graph, type Model, OPSET } from "../onnx/graph.ts";
import { acceptModel } from "../rewrite/accept.ts";
import type { Store } from "../store/store.ts";
import { descriptionAt } from "./description-at.ts";
import { isOwn, readExternalData } from "./external-data.ts";
import { readPreprocessorConfig } from "./hugging-face-preprocessing.ts";
import { imageInput } from "./image-input.ts";
import { labelsOf, labelsOfText, type ModelConfig, readModelConfig } from "./model-config.ts";
import { isSafetensors, storedModel } from "./stored-model.ts";
import { isTensorFlowJs, tensorFlowJsModel } from "./tensorflow-js-folder.ts";
import { timmPreprocessing } from "./timm-preprocessing.ts";
import { modelFiles } from "./transformers-js.ts";
import { isZipFile, zipFolder } from "./zip-folder.ts";

/** A model as it lies on disk, read and brought into the form that the rest works on. */
export interface LoadedModel {
  /** What the caller named. */
  readonly path: string;
  /** The .onnx file, or one that a graph is built for: .safetensors, .keras, .h5, TensorFlow.js' model.json. */
  readonly file: string;
  /** Of that file, in bytes. */
  readonly fileBytes: number;
  /** At `OPSET`, constants folded. */
  readonly model: Model;
  /** What was changed about it that its user might not expect, as sentences. */
  readonly changes: readonly string[];
  /** The graph at the batch that it was exported with, where that was opened. */
  readonly closed: Graph | undefined;
  /** Whether the model takes the bytes of a picture and prepares them itself: preprocessing then leaves them alone. */
  readonly takesBytes: boolean;
  /** The opset that the file is written for. */
  readonly sourceOpset: number;
  /** undefined where the model does not say; see `requirePreprocessing`. */
  readonly preprocessing: Preprocessing | undefined;
  /** The file that says so, and in brackets what it leaves open and was taken by convention. */
  readonly preprocessingSource: string | undefined;
  /** Class names in the order of the logits. */
  readonly labels: readonly string[] | undefined;
  readonly labelsSource: string | undefined;
  readonly config: ModelConfig | undefined;
}

interface ReadOptions {
  readonly store: Store;
  /** Of the pictures that will come: what Keras and TensorFlow.js save is translated for one size. As saved where left out. */
  readonly size?: PictureSize | undefined;
  /** What is tried before an HDF5 file is read; a host has it that can end such a reading. */
  readonly tryHdf5?: TryHdf5 | undefined;
}

/** Whether `size` matters for a model that was read from there. */
export const isTranslated = (file: string): boolean => isKerasFile(file) || isTensorFlowJs(file) || isZipFile(file);

/**
 * Reads a model folder (model.onnx, onnx/model.onnx, onnx/model_fp16.onnx, its only .onnx file, model.safetensors, its only
 * .keras or .h5 file, or TensorFlow.js' model.json), a zip of one, or such a file with what lies beside it: config.json,
 * preprocessor_config.json, labels.txt, Teachable Machine's metadata.json.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "bad-model-folder" · "unsupported-opset" · "not-an-image-model" ·
 *   "no-external-data" · "bad-external-data" · what `storedModel`, `kerasModel` and `tensorFlowJsModel` throw
 */
export async function readModelFolder(path: string, options: ReadOptions): Promise<LoadedModel> {
  const { store, size, tryHdf5: _, ...rest } = options;
  refuseUnknown("readModelFolder", rest);
  return withHint(() => read(path, options));
}

/** Whoever finds out that a model is wrong may not know what its user can do. */
async function withHint<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof GraphError) || error.hint !== undefined) throw error;
    throw again(error, error.message);
  }
}

/** The same error in other words; with what can be done about it, where it does not say. */
function again(error: ModelError | GraphError, message: string): ModelError | GraphError {
  const details = { hint: error.hint ?? damaged, cause: error };
  return error instanceof GraphError
    ? new GraphError(error.code, message, details)
    : new ModelError(error.code, message, details);
}

const damaged = "The file may be damaged: fetch or export it again, from a place that you trust.";

async function read(path: string, options: ReadOptions): Promise<LoadedModel> {
  const { store, size, tryHdf5 } = options;
  if (isZipFile(path) && (await store.kind(path)) === "file") return fromZip(path, options);
  const { file, folders } = await locate(path, store);
  const beside = (name: string) => readBeside(name, { model: file, folders, store });
  const bytes = await store.read(file);
  const config = await beside("config.json").then(
    (found) => found && { ...found, value: readModelConfig(found.text, found.path) },
  );
  const source = await named(file, () => sourceIn(bytes, { file, store, size, tryHdf5, config: config?.value }));
  const { model, closed, changes, takesBytes } = acceptModel(source.model);
  const preparation = preprocessingFrom(await beside("preprocessor_config.json"), config) ?? source.preparation;
  const names = labelsFrom(config, await beside("labels.txt")) ?? source.labels;
  const { layout } = imageInput(model.graph);
  return {
    path,
    file,
    fileBytes: bytes.byteLength,
    model,
    closed,
    changes,
    takesBytes,
    sourceOpset: source.model.opsets.get("") ?? OPSET,
    preprocessing: preparation && { ...preparation.value, layout, ...(takesBytes ? bytesAsTheyAre : {}) },
    preprocessingSource: preparation?.source,
    labels: names?.value,
    labelsSource: names?.source,
    config: config?.value,
  };
}

/** A model folder in a zip. */
async function fromZip(path: string, { store, size, tryHdf5 }: ReadOptions): Promise<LoadedModel> {
  const bytes = await store.read(path);
  const loaded = await named(path, async () => {
    const inside = await zipFolder(bytes);
    return readModelFolder(inside.folder, { store: inside.store, size, tryHdf5 });
  });
  return { ...loaded, path, file: path, fileBytes: bytes.byteLength };
}

interface Located {
  readonly file: string;
  /** Where to look for the other files, first match first. */
  readonly folders: readonly string[];
}

async function locate(path: string, store: Store): Promise<Located> {
  const kind = await store.kind(path);
  if (kind === "file") return { file: path, folders: await foldersAbout(path, store) };
  if (kind === undefined) throw noModel(`There is nothing at "${path}".`);
  const inside = Object.values(modelFiles).map(({ file }) => store.join(path, "onnx", file));
  const usual = [store.join(path, "model.onnx"), ...inside];
  for (const file of usual) if ((await store.kind(file)) === "file") return { file, folders: [path] };
  const models = (await store.list(path)).filter((name) => name.endsWith(".onnx"));
  const [only, ...others] = models;
  if (only !== undefined && others.length === 0) return { file: store.join(path, only), folders: [path] };
  if (only === undefined) return withoutGraph(path, store);
  throw noModel(`"${path}" holds ${models.length} models: ${models.join(", ")}.`, "Name one of the files.");
}

/** The file's own folder; of one in onnx/, as the Hub has it, the folder above too. */
async function foldersAbout(file: string, store: Store): Promise<readonly string[]> {
  const folder = store.join(file, "..");
  const name = store.baseName(await store.realPath(folder));
  return name === "onnx" ? [folder, store.join(folder, "..")] : [folder];
}

/** A folder without a graph: its weights, where they are in a format that holds nothing but numbers, or a model of Keras'. */
async function withoutGraph(path: string, store: Store): Promise<Located> {
  const inside = await store.list(path);
  const [whole, ...more] = inside.filter(isKerasFile);
  const only = more.length === 0 ? whole : undefined;
  const file = ["model.safetensors", only, "model.json"].find((name) => name !== undefined && inside.includes(name));
  if (file !== undefined) return { file: store.join(path, file), folders: [path] };
  if (more.length > 0)
    throw noModel(`"${path}" holds several models: ${[whole, ...more].join(", ")}.`, "Name one of the files.");
  const pickle = pickleIn(inside);
  if (pickle === undefined) throw noModel(`"${path}" holds no .onnx file.`);
  throw noModel(
    `"${path}" holds its weights as a pickle (${pickle}), which is a program: Regraft runs none.`,
    'In Python, write them as model.safetensors: safetensors.torch.save_file(torch.load("…", weights_only=True), …).',
  );
}

const noModel = (
  message: string,
  hint = "Name a .onnx or .keras file, or a folder with model.onnx, onnx/model.onnx, model.safetensors or TensorFlow.js' model.json. A model on the Hugging Face Hub is hf:owner/name.",
) => new ModelError("no-model", message, { hint });

/** A model as its file has it, with what that says of preprocessing and labels. */
interface Source {
  readonly model: Model;
  readonly preparation?: Preparation | undefined;
  readonly labels?: Found<readonly string[]> | undefined;
}

interface SourceFile extends ReadOptions {
  readonly file: string;
  readonly config: ModelConfig | undefined;
}

async function sourceIn(bytes: Uint8Array, { file, store, size, tryHdf5, config }: SourceFile): Promise<Source> {
  if (isSafetensors(file)) return { model: storedModel(bytes, { config }) };
  if (isKerasFile(file)) return kerasModel(bytes, { size, tryHdf5 });
  return isTensorFlowJs(file)
    ? tensorFlowJsModel(bytes, { file, store, size })
    : { model: await decoded(bytes, file, store) };
}

/** Decodes the .onnx file with the weights beside it. */
async function decoded(bytes: Uint8Array, file: string, store: Store): Promise<Model> {
  const picture = pictureFormat(bytes);
  if (picture !== undefined) {
    throw new ModelError("not-onnx", `This is a picture (${picture}), not an ONNX model.`, {
      hint: "Were the model and the pictures given in the wrong order?",
    });
  }
  const opened = openModelFile(bytes);
  return opened.decode(await readExternalData(opened.external, { model: file, store }));
}

/** What is wrong with a file is told with its name. */
export async function named<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof GraphError)) throw error;
    throw again(error, `${file}: ${error.message}`);
  }
}

interface TextFile {
  /** Its name, as the source of what it says. */
  readonly file: string;
  /** Where it lies, for messages. */
  readonly path: string;
  readonly text: string;
}

interface Around {
  readonly model: string;
  readonly folders: readonly string[];
  readonly store: Store;
}

/** A model is a stranger's: what it links to elsewhere is not read, nor told of as its labels. */
async function readBeside(name: string, { model, folders, store }: Around): Promise<TextFile | undefined> {
  for (const folder of folders) {
    const path = store.join(folder, name);
    if ((await store.kind(path)) !== "file") continue;
    const place = await store.realPath(path);
    if (await isOwn(place, { model, folders, store }))
      return { file: name, path, text: await descriptionAt(path, store) };
    throw new ModelError("bad-model-folder", `${path} leads out of the model's folder, to ${place}.`, {
      hint: "Put a copy of that file there in place of the link, where it is yours.",
    });
  }
  return undefined;
}

interface Found<T> {
  readonly value: T;
  readonly source: string;
}

type ConfigFile = TextFile & { readonly value: ModelConfig };

function preprocessingFrom(
  processor: TextFile | undefined,
  config: ConfigFile | undefined,
): Found<Preprocessing> | undefined {
  if (processor) {
    const { preprocessing, assumed } = readPreprocessorConfig(processor.text, processor.path);
    return { value: preprocessing, source: sourceOf(processor.file, assumed) };
  }
  const cfg = config?.value.pretrained_cfg;
  return cfg && config ? { value: timmPreprocessing(cfg, config.path), source: config.file } : undefined;
}

function labelsFrom(config: ConfigFile | undefined, list: TextFile | undefined): Found<readonly string[]> | undefined {
  const named = config && labelsOf(config.value, config.path);
  if (named && config) return { value: named, source: config.file };
  return list && { value: labelsOfText(list.text), source: list.file };
}

const sourceOf = (file: string, assumed: readonly string[]): string =>
  assumed.length === 0 ? file : `${file} (by convention: ${assumed.join(", ")})`;

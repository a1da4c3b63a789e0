import { ModelError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { formatShape } from "../base/shape.ts";
import { withoutSecrets } from "../hub/web-address.ts";
import { inputSize } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { bytesAsTheyAre } from "../image/presets.ts";
import { imageInput } from "../models/image-input.ts";
import { isTranslated, type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import { presetNamed, requirePreprocessing } from "../models/preprocessing.ts";
import type { Graph } from "../onnx/graph.ts";
import { cut } from "../rewrite/cut.ts";
import { type Features, findFeatures } from "../rewrite/find-features.ts";
import type { Head } from "../rewrite/find-head.ts";
import { BATCH, fixInput } from "../rewrite/input.ts";
import { withoutDropout } from "../rewrite/without-dropout.ts";
import { findModel } from "./find-model.ts";
import { requireMemory } from "./fits-memory.ts";
import type { Host } from "./host.ts";
import { withKnownShapes } from "./known-shapes.ts";
import { checkOpenedBatch } from "./opened-batch.ts";

export interface LoadOptions {
  /** The classifier's node, where it is not found by itself; "none" where the model's output is features. */
  readonly headAt?: string | undefined;
  /** Whether the base's weights are trained from the start. Usually not: first the new layers learn, then the base. */
  readonly trainable?: boolean;
  /** A preset's name or the numbers, where the model's folder does not tell how pictures are prepared. */
  readonly preprocessing?: string | Preprocessing | undefined;
}

/** What it takes to load a model; the engine is asked only where nodes are in it that Regraft does not look into. */
export type LoadingHost = Pick<Host, "store" | "runtime" | "memory" | "hub" | "notice" | "tryHdf5">;

/** A pre-trained model without its classifier. */
export interface Base {
  /** As its user named it; of an address without what may be a secret. */
  readonly path: string;
  /** From the picture to the features that the classifier read, or the model gave out, as in inference: without Dropout. */
  readonly graph: Graph;
  /** The classifier that was taken off; undefined where the model had none. */
  readonly head: Head | undefined;
  readonly features: Features;
  readonly preprocessing: Preprocessing;
  readonly preprocessingSource: string;
  readonly trainable: boolean;
  readonly loaded: LoadedModel;
}

/**
 * Loads a pre-trained model from a folder (as on the Hugging Face Hub), a run, a file, the Hub itself ("hf:owner/name") or an
 * address of the web, and takes its classifier off.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "not-an-image-model" · "no-preprocessing" · {GraphError} "no-head"
 */
export async function loadBase(path: string, options: LoadOptions, host: LoadingHost): Promise<Base> {
  const { store } = host;
  return baseOf(
    path,
    await readModelFolder(await findModel(path, host), { store, tryHdf5: host.tryHdf5 }),
    options,
    host,
  );
}

/** A model that is read already, without its classifier. @throws as `loadBase` */
export async function baseOf(
  path: string,
  loaded: LoadedModel,
  options: LoadOptions,
  host: LoadingHost,
): Promise<Base> {
  const { headAt, trainable = false, preprocessing: wanted, ...rest } = options;
  refuseUnknown("loadBase", rest);
  const preprocessing = preprocessingOf(loaded, wanted);
  const whole = await prepared(loaded, preprocessing, host);
  const features = findFeatures(whole, { at: headAt });
  return {
    path: withoutSecrets(path),
    graph: withoutDropout(cut(whole, features.tensor)),
    head: features.head,
    features,
    preprocessing,
    preprocessingSource: wanted === undefined ? (loaded.preprocessingSource ?? "") : "as given",
    trainable,
    loaded,
  };
}

/** The preprocessing asked for by name or as numbers, else the model's own. @throws {ModelError} "no-preprocessing" */
export function preprocessingOf(loaded: LoadedModel, wanted: string | Preprocessing | undefined): Preprocessing {
  if (wanted === undefined) return requirePreprocessing(loaded);
  const given = typeof wanted === "string" ? presetNamed(wanted) : wanted;
  const { layout } = imageInput(loaded.model.graph);
  return { ...given, layout, ...(loaded.takesBytes ? bytesAsTheyAre : {}) };
}

/**
 * The whole graph, ready to be run and looked into: at its size, with an opened batch compared with the closed one.
 *
 * @throws {ModelError} "not-an-image-model" · "fixed-batch" · "too-large" · {HostError} "engine-failed"
 */
export async function prepared(loaded: LoadedModel, preprocessing: Preprocessing, host: LoadingHost): Promise<Graph> {
  await checkOpenedBatch(loaded, host);
  const graph = sized(await translatedFor(loaded, preprocessing, host), preprocessing);
  requireMemory(graph, host);
  return withKnownShapes(graph, host);
}

/**
 * The graph of a model whose "same" padding was made numbers when it was read: for pictures of another size it is read again,
 * with the padding that these get.
 *
 * @throws {ModelError} "not-an-image-model" where it takes one size alone
 */
async function translatedFor(
  { model: { graph }, path, file }: LoadedModel,
  preprocessing: Preprocessing,
  { store }: Pick<Host, "store">,
): Promise<Graph> {
  const [declared, size] = [imageInput(graph), inputSize(preprocessing)];
  const isSaved = declared.height === size.height && declared.width === size.width;
  if (isSaved || !isTranslated(file)) return graph;
  try {
    return (await readModelFolder(path, { store, size })).model.graph;
  } catch (cause) {
    if (!(cause instanceof ModelError && cause.code === "bad-weights")) throw cause;
    const [made, wanted] = [declared, size].map(({ width, height }) => `${width} × ${height}`);
    throw new ModelError("not-an-image-model", `The model takes pictures of ${made}, and is to get ${wanted}.`, {
      hint: "It has a layer with a weight for each pixel. Let the preprocessing make pictures of the model's size.",
      cause,
    });
  }
}

/**
 * The graph at the size that its preprocessing makes.
 *
 * @throws {ModelError} "not-an-image-model", also where it then gives several rows for one picture
 */
export function sized(graph: Graph, preprocessing: Preprocessing): Graph {
  const declared = imageInput(graph);
  const { height, width } = inputSize(preprocessing);
  const fixed = fixInput(graph, { height, width });
  const [rows] = fixed.outputs[0]?.shape ?? [];
  if (typeof rows !== "string" || rows === BATCH || !rows.split(/\W+/).includes(BATCH)) return fixed;
  const made =
    declared.height === undefined ? "" : ` It is made for pictures of ${declared.width} × ${declared.height}.`;
  throw new ModelError(
    "not-an-image-model",
    `For pictures of ${width} × ${height} the model gives ${formatShape(fixed.outputs[0]?.shape)}, not one row for each picture.${made}`,
    { hint: "Let the preprocessing make pictures of the size that the model was trained with." },
  );
}

import { ModelError } from "../base/errors.ts";
import { refuseUnknown } from "../base/options.ts";
import { inputSize } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { imageInput } from "../models/image-input.ts";
import { type LoadedModel, readModelFolder } from "../models/model-folder.ts";
import { presetNamed, requirePreprocessing } from "../models/preprocessing.ts";
import type { Graph } from "../onnx/graph.ts";
import { cut } from "../rewrite/cut.ts";
import { findHead, type Head } from "../rewrite/find-head.ts";
import { fixInput } from "../rewrite/input.ts";
import { withoutDropout } from "../rewrite/without-dropout.ts";
import type { Host } from "./host.ts";
import { modelFolderOf } from "./run-folder.ts";

export interface LoadOptions {
  /** The classifier's node, where it is not found by itself. */
  readonly headAt?: string | undefined;
  /** Whether the base's weights are trained from the start. Usually not: first the new layers learn, then the base. */
  readonly trainable?: boolean;
  /** A preset's name or the numbers, where the model's folder does not tell how pictures are prepared. */
  readonly preprocessing?: string | Preprocessing | undefined;
}

/** A pre-trained model without its classifier. */
export interface Base {
  readonly path: string;
  /** From the picture to the features that the classifier read, as in inference: without Dropout. */
  readonly graph: Graph;
  readonly head: Head;
  readonly preprocessing: Preprocessing;
  readonly preprocessingSource: string;
  readonly trainable: boolean;
  readonly loaded: LoadedModel;
}

/**
 * Loads a pre-trained model from a folder (as on the Hugging Face Hub), a run or an .onnx file, and takes its classifier off.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "not-an-image-model" · "no-preprocessing" · {GraphError} "no-head"
 */
export async function loadBase(path: string, options: LoadOptions, { store }: Pick<Host, "store">): Promise<Base> {
  return baseOf(path, await readModelFolder(await modelFolderOf(path, store), { store }), options);
}

/** A model that is read already, without its classifier. @throws as `loadBase` */
export function baseOf(path: string, loaded: LoadedModel, options: LoadOptions): Base {
  const { headAt, trainable = false, preprocessing: wanted, ...rest } = options;
  refuseUnknown("loadBase", rest);
  const preprocessing = preprocessingOf(loaded, wanted);
  const whole = sized(loaded.model.graph, preprocessing);
  const head = findHead(whole, headAt === undefined ? {} : { at: headAt });
  return {
    path,
    graph: withoutDropout(cut(whole, head.features)),
    head,
    preprocessing,
    preprocessingSource: wanted === undefined ? (loaded.preprocessingSource ?? "") : "as given",
    trainable,
    loaded,
  };
}

/** The preprocessing asked for by name or as numbers, else the model's own. @throws {ModelError} "no-preprocessing" */
export function preprocessingOf(loaded: LoadedModel, wanted: string | Preprocessing | undefined): Preprocessing {
  if (wanted === undefined) return requirePreprocessing(loaded);
  return typeof wanted === "string" ? presetNamed(wanted) : wanted;
}

/** The graph at the size that its preprocessing makes. @throws {ModelError} "not-an-image-model" */
export function sized(graph: Graph, preprocessing: Preprocessing): Graph {
  const input = imageInput(graph);
  if (input.layout !== preprocessing.layout) {
    throw new ModelError(
      "not-an-image-model",
      `The input "${input.name}" is ${input.layout}, the preprocessing makes ${preprocessing.layout}.`,
    );
  }
  return fixInput(graph, inputSize(preprocessing));
}

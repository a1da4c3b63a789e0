import { refuseUnknown } from "../base/options.ts";
import { badImageLedger } from "../data/bad-images.ts";
import type { Dataset } from "../data/dataset.ts";
import { type Evaluation, summarize } from "../evaluation/evaluation.ts";
import type { Means } from "../evaluation/tally.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { Classifier, type Prediction } from "./classifier.ts";
import type { Host } from "./host.ts";
import { openModel } from "./open-model.ts";
import { type Picture, predictPictures } from "./pictures.ts";

export interface LoadModelOptions {
  /** Threads for each op; by default the machine's cores. */
  readonly threads?: number | undefined;
  /** A preset's name or the numbers, where the folder does not tell how pictures are prepared. */
  readonly preprocessing?: string | Preprocessing | undefined;
}

export interface EvaluateTrainedOptions {
  readonly batch?: number;
  readonly maxBadFraction?: number;
}

/** A saved model, loaded to answer. */
export interface TrainedModel {
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** The best labels of each picture. @throws {DataError} "unreadable-image" · "no-such-file" */
  predict(pictures: readonly Picture[], options?: { readonly top?: number }): Promise<readonly Prediction[]>;
  /** Loss and accuracy on labelled pictures whose classes are the model's. */
  evaluate(dataset: Dataset, options?: EvaluateTrainedOptions): Promise<Means>;
  /** All that can be told of how well it does on such pictures: each class, what is confused, how sure it may be. */
  report(dataset: Dataset, options?: EvaluateTrainedOptions): Promise<Evaluation>;
  close(): Promise<void>;
}

/**
 * Loads a saved model from a run folder, a model folder or an .onnx file.
 *
 * @throws {ModelError} "no-model" · "not-onnx" · "no-preprocessing" · "not-an-image-model"
 */
export async function loadTrained(
  path: string,
  { threads, preprocessing, ...rest }: LoadModelOptions,
  host: Host,
): Promise<TrainedModel> {
  refuseUnknown("loadModel", rest);
  const model = await openModel(path, { ...host, preprocessing });
  const classifier = await Classifier.open(model, { threads: threads ?? host.threads, host });
  const judge = (dataset: Dataset, { batch = 32, maxBadFraction = 0.1 }: EvaluateTrainedOptions = {}) =>
    classifier.judge(dataset, { batch, ledger: badImageLedger({ dataset, maxFraction: maxBadFraction }) });
  return {
    labels: model.labels,
    preprocessing: model.preprocessing,
    predict: (pictures, options) => predictPictures(pictures, options, { classifier, host }),
    evaluate: async (dataset, options) => (await judge(dataset, options)).means,
    report: async (dataset, options) =>
      summarize((await judge(dataset, options)).predictions, { nameOf: (index) => dataset.name(index) }),
    close: () => classifier.close(),
  };
}

import { refuseUnknown } from "../base/options.ts";
import { badImageLedger } from "../data/bad-images.ts";
import type { Dataset } from "../data/dataset.ts";
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

/** A saved model, loaded to answer. */
export interface TrainedModel {
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** The best labels of each picture. @throws {DataError} "unreadable-image" · "no-such-file" */
  predict(pictures: readonly Picture[], options?: { readonly top?: number }): Promise<readonly Prediction[]>;
  /** Loss and accuracy on labelled pictures whose classes are the model's. */
  evaluate(dataset: Dataset, options?: { readonly batch?: number; readonly maxBadFraction?: number }): Promise<Means>;
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
  return {
    labels: model.labels,
    preprocessing: model.preprocessing,
    predict: (pictures, options) => predictPictures(pictures, options, { classifier, host }),
    evaluate: (dataset, { batch = 32, maxBadFraction = 0.1 } = {}) =>
      classifier.evaluate(dataset, { batch, ledger: badImageLedger({ dataset, maxFraction: maxBadFraction }) }),
    close: () => classifier.close(),
  };
}

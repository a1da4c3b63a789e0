import { RegraftError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { Classifier, type LabelScore } from "./classifier.ts";
import type { Host } from "./host.ts";
import { openModel } from "./open-model.ts";
import { picturesAtOnce, readPicture } from "./pictures.ts";

export interface PredictRunOptions {
  /** Run folder, model folder or .onnx file. */
  readonly run: string;
  /** Files of pictures. */
  readonly images: readonly string[];
  /** Labels per picture, from 1. */
  readonly top?: number;
  readonly threads?: number;
}

export type PredictedImage =
  | { readonly image: string; readonly label: string; readonly score: number; readonly top: readonly LabelScore[] }
  | { readonly image: string; readonly error: RegraftError };

/**
 * The best labels of each picture, in the order given. A picture that cannot be read takes its place with an error.
 *
 * @throws what openModel throws, before the first picture
 */
export async function* predictRun(
  { run, images, top = 5, threads, ...rest }: PredictRunOptions,
  host: Host,
): AsyncIterable<PredictedImage> {
  refuseUnknown("predictRun", rest);
  checkNumber("top", top, { min: 1, integer: true });
  const model = await openModel(run, host);
  const classifier = await Classifier.open(model, { threads: threads ?? host.threads, host });
  try {
    for (let start = 0; start < images.length; start += picturesAtOnce) {
      yield* await predictBatch(images.slice(start, start + picturesAtOnce), { classifier, top, host });
    }
  } finally {
    await classifier.close();
  }
}

interface Predicting {
  readonly classifier: Classifier;
  readonly top: number;
  readonly host: Host;
}

async function predictBatch(
  paths: readonly string[],
  { classifier, top, host }: Predicting,
): Promise<readonly PredictedImage[]> {
  const read = await Promise.all(paths.map((path) => readImage(path, { classifier, host })));
  const readable = read.flatMap((image) => (image instanceof RegraftError ? [] : [image]));
  const predictions = await classifier.predictPrepared(readable, { top });
  const byImage = new Map(readable.map((image, at) => [image, predictions[at]]));
  return read.flatMap((image, at): PredictedImage[] => {
    const path = paths[at] ?? "";
    if (image instanceof RegraftError) return [{ image: path, error: image }];
    const found = byImage.get(image);
    return found ? [{ image: path, label: found.label, score: found.score, top: found.top }] : [];
  });
}

/** The picture prepared for the model, or why there is none. */
async function readImage(
  path: string,
  { classifier, host }: Pick<Predicting, "classifier" | "host">,
): Promise<Float32Array | RegraftError> {
  try {
    return classifier.prepare(await readPicture(path, host));
  } catch (error) {
    if (error instanceof RegraftError) return error;
    throw error;
  }
}

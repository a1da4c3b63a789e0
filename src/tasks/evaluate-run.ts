import { UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { badImageLedger } from "../data/bad-images.ts";
import { folderDataset } from "../data/folder-dataset.ts";
import { type Evaluation, summarize } from "../evaluation/evaluation.ts";
import { predictionsCsv } from "../evaluation/predictions-csv.ts";
import { Classifier } from "./classifier.ts";
import type { Host } from "./host.ts";
import { openModel } from "./open-model.ts";
import type { SkippedImage } from "./run-events.ts";

export interface EvaluateRunOptions {
  /** Run folder, model folder or .onnx file. */
  readonly run: string;
  /** Folder of pictures: <data>/<class>/*. */
  readonly data: string;
  readonly batch?: number;
  readonly threads?: number;
  readonly maxBadFraction?: number;
  /** A .csv file to write what was said of each picture to, in place of one that is there. */
  readonly predictions?: string;
}

export interface EvaluateResult {
  readonly count: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Classes that have pictures here. */
  readonly classes: readonly { readonly name: string; readonly count: number; readonly accuracy: number }[];
  /** All that can be told: see `Evaluation`. */
  readonly evaluation: Evaluation;
  readonly skipped: readonly SkippedImage[];
}

/**
 * How well a saved model does on a folder of labelled pictures, whose class names are the model's labels.
 *
 * @throws {DataError} "no-such-folder" · "class-mismatch" · "too-many-bad-images" · what openModel throws
 * @throws {UsageError} "bad-option" · {HostError} "write-failed" · "disk-full"
 */
export async function evaluateRun(
  { run, data, batch = 32, threads, maxBadFraction = 0.1, predictions: file, ...rest }: EvaluateRunOptions,
  host: Host,
): Promise<EvaluateResult> {
  refuseUnknown("evaluateRun", rest);
  checkNumber("batch", batch, { min: 1, integer: true });
  if (file !== undefined) checkCsv(file);
  const { store, decoder } = host;
  const model = await openModel(run, host);
  const dataset = await folderDataset(data, { store, decoder, classes: model.labels });
  const ledger = badImageLedger({ dataset, maxFraction: maxBadFraction });
  const classifier = await Classifier.open(model, { threads: threads ?? host.threads, host });
  try {
    const { means, predictions } = await classifier.judge(dataset, { batch, ledger });
    const nameOf = (index: number) => dataset.name(index);
    const evaluation = summarize(predictions, { nameOf });
    if (file !== undefined) await store.write(file, predictionsCsv(predictions, { nameOf }));
    return {
      count: means.count,
      loss: means.loss,
      accuracy: means.metrics.accuracy ?? Number.NaN,
      classes: evaluation.classes
        .filter(({ count }) => count > 0)
        .map(({ name, count, recall }) => ({ name, count, accuracy: recall })),
      evaluation,
      skipped: ledger.list().map(({ name, reason }) => ({ name, reason })),
    };
  } finally {
    await classifier.close();
  }
}

/** A name of another kind is more likely a mistake than a table to be. @throws {UsageError} "bad-option" */
function checkCsv(file: string): void {
  if (/\.csv$/i.test(file)) return;
  throw new UsageError("bad-option", `Predictions are written as a table: "${file}" does not end in .csv.`, {
    hint: `--predictions ${file}.csv`,
  });
}

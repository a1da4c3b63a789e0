import { checkNumber, refuseUnknown } from "../base/options.ts";
import { badImageLedger } from "../data/bad-images.ts";
import { folderDataset } from "../data/folder-dataset.ts";
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
}

export interface EvaluateResult {
  readonly count: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly classes: readonly { readonly name: string; readonly count: number; readonly accuracy: number }[];
  readonly skipped: readonly SkippedImage[];
}

/**
 * Loss and accuracy of a saved model on a folder of labelled pictures, whose class names are the model's labels.
 *
 * @throws {DataError} "no-such-folder" · "class-mismatch" · "too-many-bad-images" · what openModel throws
 */
export async function evaluateRun(
  { run, data, batch = 32, threads, maxBadFraction = 0.1, ...rest }: EvaluateRunOptions,
  host: Host,
): Promise<EvaluateResult> {
  refuseUnknown("evaluateRun", rest);
  checkNumber("batch", batch, { min: 1, integer: true });
  const model = await openModel(run, host);
  const dataset = await folderDataset(data, { store: host.store, decoder: host.decoder, classes: model.labels });
  const ledger = badImageLedger({ dataset, maxFraction: maxBadFraction });
  const perClass = model.labels.map((name) => ({ name, count: 0, right: 0 }));
  const classifier = await Classifier.open(model, { threads: threads ?? host.threads, host });
  try {
    const { count, loss, metrics } = await classifier.evaluate(dataset, {
      batch,
      ledger,
      onExample: (index, predicted) => {
        const row = perClass[dataset.label(index)];
        if (!row) return;
        row.count++;
        row.right += predicted === dataset.label(index) ? 1 : 0;
      },
    });
    const classes = perClass
      .filter((row) => row.count > 0)
      .map(({ name, count: of, right }) => ({ name, count: of, accuracy: right / of }));
    const skipped = ledger.list().map(({ name, reason }) => ({ name, reason }));
    return { count, loss, accuracy: metrics.accuracy ?? Number.NaN, classes, skipped };
  } finally {
    await classifier.close();
  }
}

import { calibration } from "./calibration.ts";
import { balancedAccuracy, foundAverages } from "./classification-report.ts";
import { hitsOf, type Rows } from "./hits.ts";
import type { Predictions } from "./predictions.ts";
import { brierScore, logLoss } from "./proper-scores.ts";
import { areasOf, type ClassAreas } from "./ranking.ts";
import { meanError } from "./regression.ts";

/** A number that says how good predictions are. */
interface Measure {
  /** Which of two numbers is better. */
  readonly better: "higher" | "lower";
  /** Whether it is quick enough, and takes samples, to have an interval by bootstrap. */
  readonly hasInterval: boolean;
  /**
   * undefined where it says nothing of such predictions.
   *
   * @param rows a sample; by default all. Only where `hasInterval`.
   */
  readonly of: (predictions: Predictions, rows?: Rows) => number | undefined;
}

const table = {
  /** The mean of what the model was trained to lower. */
  loss: { better: "lower", hasInterval: true, of: meanLoss },
  /** Of classes the share of examples that are right, of labels the share of labels. */
  accuracy: { better: "higher", hasInterval: true, of: accuracy },
  /** The mean recall over the classes that have examples: what accuracy would be were they equally many. */
  balancedAccuracy: {
    better: "higher",
    hasInterval: true,
    of: (predictions, rows) =>
      predictions.kind === "classes" ? balancedAccuracy(hitsOf(predictions, rows)) : undefined,
  },
  /** F1, the mean over classes. */
  macroF1: { better: "higher", hasInterval: true, of: averageF1("macro") },
  /** F1, the mean over classes by their examples. */
  weightedF1: { better: "higher", hasInterval: true, of: averageF1("weighted") },
  /** F1 over all labels of all examples. Of classes it is the accuracy, and left out. */
  microF1: {
    better: "higher",
    hasInterval: true,
    of: (predictions, rows) => (predictions.kind === "labels" ? averageF1("micro")(predictions, rows) : undefined),
  },
  /** The share of examples with all of their labels right. */
  exactMatch: { better: "higher", hasInterval: true, of: exactMatch },
  /** The share of examples whose class is among the five with the highest scores; with more than five classes. */
  top5Accuracy: {
    better: "higher",
    hasInterval: false,
    of: (predictions) => (predictions.labels.length > 5 ? topKAccuracy(predictions, 5) : undefined),
  },
  /** Area under the ROC curve, each class against the others, the mean over the classes that have one. */
  rocAuc: { better: "higher", hasInterval: false, of: (predictions) => meanArea(predictions, "rocAuc") },
  /** Area under the precision-recall curve, each class against the others, the mean over the classes that have one. */
  averagePrecision: {
    better: "higher",
    hasInterval: false,
    of: (predictions) => meanArea(predictions, "averagePrecision"),
  },
  /** Mean of −log p of what is true, without label smoothing. */
  logLoss: { better: "lower", hasInterval: false, of: (predictions) => logLoss(predictions) },
  /** Mean squared difference between probabilities and truth. */
  brierScore: { better: "lower", hasInterval: false, of: (predictions) => brierScore(predictions) },
  /** Expected calibration error over 15 bins. */
  calibrationError: { better: "lower", hasInterval: false, of: (predictions) => calibration(predictions)?.error },
  /** Mean over outputs of the mean of |z − t|. */
  meanAbsoluteError: { better: "lower", hasInterval: true, of: error("meanAbsoluteError") },
  /** Mean over outputs of the root of the mean of (z − t)². */
  rootMeanSquaredError: { better: "lower", hasInterval: true, of: error("rootMeanSquaredError") },
  /** Share of the targets' variance that is explained, the mean over outputs. */
  r2: { better: "higher", hasInterval: true, of: error("r2") },
} satisfies Record<string, Measure>;

export type MeasureName = keyof typeof table;

/** Every measure of a whole data set, by the name that it has in reports, in history and after --metric. */
export const measures: { readonly [N in MeasureName]: Measure } = table;

/** What can be followed from epoch to epoch beside the loss. */
export type WatchedName = Exclude<MeasureName, "loss">;

export const measureNames = Object.keys(measures) as readonly MeasureName[];

/**
 * The share of examples whose class is among the k with the highest scores. Of equal scores the first classes count as
 * higher, so that with k = 1 it is the accuracy. undefined where there are no exclusive classes, or no examples.
 *
 * @param k from 1
 * @see scikit-learn top_k_accuracy_score, which ranks equal scores the other way round
 */
export function topKAccuracy(predictions: Predictions, k: number): number | undefined {
  const { kind, count, truths } = predictions;
  if (kind !== "classes" || count === 0) return undefined;
  let right = 0;
  for (const [row, truth] of truths.entries()) if (placeOf(predictions, row, truth) < k) right++;
  return right / count;
}

/** How many classes stand before one, by their scores. */
function placeOf(predictions: Predictions, row: number, wanted: number): number {
  const own = predictions.rank(row, wanted);
  const ahead = (output: number) => {
    const rank = predictions.rank(row, output);
    return rank > own || (rank === own && output < wanted);
  };
  return predictions.labels.reduce((place, _, output) => place + (ahead(output) ? 1 : 0), 0);
}

function meanLoss({ losses }: Predictions, rows?: Rows): number | undefined {
  if (!rows) return losses.length === 0 ? undefined : losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  let sum = 0;
  for (const row of rows) sum += losses[row] ?? 0;
  return sum / rows.length;
}

function accuracy(predictions: Predictions, rows?: Rows): number | undefined {
  const { kind, count, labels, chosen, truths } = predictions;
  if (kind === "values") return undefined;
  if (kind === "classes") return share(count, rows, (row) => (chosen[row] === truths[row] ? 1 : 0));
  return share(count, rows, (row) => agreements(predictions, row) / labels.length);
}

function exactMatch(predictions: Predictions, rows?: Rows): number | undefined {
  const { kind, count, labels } = predictions;
  if (kind !== "labels") return undefined;
  return share(count, rows, (row) => (agreements(predictions, row) === labels.length ? 1 : 0));
}

const agreements = (predictions: Predictions, row: number): number =>
  predictions.labels.reduce(
    (sum, _, label) => sum + (predictions.says(row, label) === predictions.isTrue(row, label) ? 1 : 0),
    0,
  );

function share(count: number, rows: Rows | undefined, of: (row: number) => number): number | undefined {
  const all = rows?.length ?? count;
  let sum = 0;
  for (let at = 0; at < all; at++) sum += of(rows?.[at] ?? at);
  return all === 0 ? undefined : sum / all;
}

function averageF1(average: "macro" | "weighted" | "micro"): Measure["of"] {
  return (predictions, rows) => {
    const { kind, count } = predictions;
    return kind === "values" || count === 0 ? undefined : foundAverages(hitsOf(predictions, rows), kind)[average].f1;
  };
}

/** The mean over classes that have the number. */
function meanArea(predictions: Predictions, area: keyof ClassAreas): number | undefined {
  if (predictions.kind === "values") return undefined;
  const values = areasOf(predictions).flatMap((areas) => areas[area] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function error(name: "meanAbsoluteError" | "rootMeanSquaredError" | "r2"): Measure["of"] {
  return (predictions, rows) =>
    predictions.kind === "values" && predictions.count > 0 ? meanError(predictions, name, rows) : undefined;
}

/** What a history calls a measure on the validation data: "accuracy" becomes "valAccuracy". */
export const valName = (measure: string): string => `val${measure.charAt(0).toUpperCase()}${measure.slice(1)}`;

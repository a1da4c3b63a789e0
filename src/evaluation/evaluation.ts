import { bootstrapIntervals, type Interval } from "./bootstrap.ts";
import { type Calibration, calibration } from "./calibration.ts";
import { type Found, type FoundAverages, foundAverages, foundPerClass } from "./classification-report.ts";
import { type ConfusedPair, confusedPairs, confusionMatrix } from "./confusion.ts";
import { hitsOf, type Rows } from "./hits.ts";
import { type MeasureName, measureNames, measures } from "./measures.ts";
import type { PredictionKind, Predictions } from "./predictions.ts";
import { areasOf, type CurvePoint, curveOf, rankingOf } from "./ranking.ts";
import { type RegressionErrors, regressionErrors } from "./regression.ts";
import { wilson } from "./wilson.ts";
import { type WorstExample, worstExamples } from "./worst.ts";

/**
 * All that is told of a model on a labelled data set: what `regraft evaluate --json` prints, plain enough for JSON. What
 * says nothing of the data at hand is left out. Shares, scores and probabilities are from 0 to 1.
 */
export interface Evaluation {
  /** "classes": one class is true of each example; "labels": several may be; "values": numbers are to be met. */
  readonly kind: PredictionKind;
  /** Examples, N: those that could be read. */
  readonly count: number;
  /** Every measure that says something here, by its name: see `measures` for what each is and which way is better. */
  readonly measures: Readonly<Partial<Record<MeasureName, number>>>;
  /**
   * 95 % intervals of some of them, by bootstrap over the examples; all are of the same samples. An accuracy of 0 or 1 has
   * Wilson's.
   */
  readonly intervals: Readonly<Partial<Record<MeasureName, Interval>>>;
  /** Of each class or label, in the order of the model's outputs; classes without an example too. Empty of values. */
  readonly classes: readonly ClassEvaluation[];
  /** Precision, recall and F1 over all classes or labels. */
  readonly averages?: FoundAverages;
  /** [C][C], examples by true class (row) and chosen class (column), in the order of `classes`; up to 256 classes. */
  readonly confusion?: readonly (readonly number[])[];
  /** The most frequent confusions of one class with another, at most 10. Empty of labels and values. */
  readonly confused: readonly ConfusedPair[];
  /** How far the model's probabilities can be trusted: a reliability diagram, and its error. */
  readonly calibration?: Calibration;
  /** Of two classes, the score of the second from which on it is chosen; left out where the higher score is. */
  readonly threshold?: number;
  /** Of two classes, ROC and precision-recall curve of the second, from the strictest threshold on; at most 101 points. */
  readonly curve?: readonly CurvePoint[];
  /** Of values, the errors of each output. */
  readonly outputs?: readonly OutputEvaluation[];
  /** The examples with the highest loss, at most 20, the worst first; of classes those that are answered wrongly. */
  readonly worst: readonly WorstExample[];
}

/** How well one class, or label, is told from all the others. */
export interface ClassEvaluation extends Found {
  readonly name: string;
  /** Examples that are of the class: its support. */
  readonly count: number;
  /** Examples that were said to be of it, rightly or not. */
  readonly predicted: number;
  /** Area under the ROC curve; left out where no example, or every one, is of the class. */
  readonly rocAuc?: number;
  /** Area under the precision-recall curve; left out where no example is of the class. */
  readonly averagePrecision?: number;
}

export interface OutputEvaluation extends RegressionErrors {
  readonly name: string;
}

export interface SummarizeOptions {
  /** What a person would call an example of the data set. */
  readonly nameOf?: (index: number) => string;
  /** Samples for the intervals, from 0: none then. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** Judges predictions by everything that there is to judge them by. */
export function summarize(
  predictions: Predictions,
  { nameOf = String, resamples = 1000, seed = 0 }: SummarizeOptions = {},
): Evaluation {
  const { kind, count, threshold } = predictions;
  const isClasses = kind === "classes";
  return {
    kind,
    count,
    measures: measured(predictions),
    intervals: count === 0 || resamples === 0 ? {} : intervalsOf(predictions, { resamples, seed }),
    classes: kind === "values" ? [] : classesOf(predictions),
    ...(kind === "values" ? {} : { averages: foundAverages(hitsOf(predictions), kind) }),
    ...(isClasses ? present("confusion", confusionMatrix(predictions)) : {}),
    confused: isClasses ? confusedPairs(predictions) : [],
    ...present("calibration", calibration(predictions)),
    ...present("threshold", threshold),
    ...(isClasses && predictions.labels.length === 2 ? present("curve", curveOfSecond(predictions)) : {}),
    ...(kind === "values" ? { outputs: outputsOf(predictions) } : {}),
    worst: worstExamples(predictions, { nameOf }),
  };
}

function measured(predictions: Predictions): Evaluation["measures"] {
  return Object.fromEntries(
    measureNames.flatMap((name) => {
      const value = measures[name].of(predictions);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function intervalsOf(
  predictions: Predictions,
  options: { readonly resamples: number; readonly seed: number },
): Evaluation["intervals"] {
  const names = measureNames.filter(
    (name) => measures[name].hasInterval && measures[name].of(predictions) !== undefined,
  );
  const statistics = Object.fromEntries(
    names.map((name) => [name, (rows: Rows) => measures[name].of(predictions, rows)] as const),
  ) as Record<MeasureName, (rows: Rows) => number | undefined>;
  const drawn = bootstrapIntervals({ count: predictions.count, statistics, ...options });
  const { accuracy } = drawn;
  if (!accuracy || accuracy.low < accuracy.high || predictions.kind === "values") return drawn;
  // Drawing again from examples that are all right, or all wrong, gives nothing else: that is no certainty.
  return { ...drawn, accuracy: wilson(accuracy.low * predictions.count, predictions.count) };
}

function classesOf(predictions: Predictions): readonly ClassEvaluation[] {
  const hits = hitsOf(predictions);
  const found = foundPerClass(hits);
  const areas = areasOf(predictions);
  return predictions.labels.map((name, output) => {
    const { rocAuc, averagePrecision } = areas[output] ?? {};
    const { precision = 0, recall = 0, f1 = 0 } = found[output] ?? {};
    return {
      name,
      count: hits.present[output] ?? 0,
      predicted: hits.said[output] ?? 0,
      ...{ precision, recall, f1 },
      ...present("rocAuc", rocAuc),
      ...present("averagePrecision", averagePrecision),
    };
  });
}

function curveOfSecond(predictions: Predictions): readonly CurvePoint[] | undefined {
  const ranking = rankingOf(predictions, 1);
  const curve = ranking && curveOf(ranking);
  return curve?.length ? curve : undefined;
}

const outputsOf = (predictions: Predictions): readonly OutputEvaluation[] =>
  predictions.labels.map((name, output) => ({ name, ...regressionErrors(predictions, output) }));

/** The key with its value, where there is one. */
function present<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

import type { Hits } from "./hits.ts";
import type { PredictionKind } from "./predictions.ts";

/** How well a class or a label is found; 0 where that would be 0 / 0. From 0 to 1. */
export interface Found {
  /** Of the examples that were said to be of the class, the share that are: right / said. */
  readonly precision: number;
  /** Of the examples that are of the class, the share that were said to be: right / present. */
  readonly recall: number;
  /** The harmonic mean of both, 2 · right / (said + present). */
  readonly f1: number;
}

/** Of several classes at once. */
export interface FoundAverages {
  /** Each class counts the same. */
  readonly macro: Found;
  /** Each class counts by its examples. */
  readonly weighted: Found;
  /** Each example counts the same: of exclusive classes all three are the accuracy. */
  readonly micro: Found;
}

/**
 * Precision, recall and F1 of each class or label, [C].
 *
 * @see scikit-learn precision_recall_fscore_support(labels=all, zero_division=0)
 */
export const foundPerClass = ({ right, said, present }: Hits): readonly Found[] =>
  Array.from(right, (hits, at) => found(hits, said[at] ?? 0, present[at] ?? 0));

/**
 * Averages over classes. As scikit-learn does unless it is given the labels, the macro average leaves out exclusive classes
 * that are neither true nor said of any example; of labels that stand side by side it takes all.
 *
 * @see scikit-learn precision_recall_fscore_support(average="macro" | "weighted" | "micro", zero_division=0)
 */
export function foundAverages(hits: Hits, kind: PredictionKind): FoundAverages {
  const { right, said, present } = hits;
  const classes = foundPerClass(hits);
  const seen = classes.filter((_, at) => kind !== "classes" || (said[at] ?? 0) + (present[at] ?? 0) > 0);
  return {
    macro: mean(seen, () => 1),
    weighted: mean(classes, (at) => present[at] ?? 0),
    micro: found(sum(right), sum(said), sum(present)),
  };
}

/**
 * The mean recall over the classes that have examples; undefined where none has.
 *
 * @see scikit-learn balanced_accuracy_score
 */
export function balancedAccuracy(hits: Hits): number | undefined {
  const recalls = foundPerClass(hits).filter((_, at) => (hits.present[at] ?? 0) > 0);
  return recalls.length === 0 ? undefined : mean(recalls, () => 1).recall;
}

function found(right: number, said: number, present: number): Found {
  return { precision: share(right, said), recall: share(right, present), f1: share(2 * right, said + present) };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);

function mean(classes: readonly Found[], weight: (at: number) => number): Found {
  const total = classes.reduce((all, _, at) => all + weight(at), 0);
  const of = (key: keyof Found) =>
    share(
      classes.reduce((all, row, at) => all + weight(at) * row[key], 0),
      total,
    );
  return { precision: of("precision"), recall: of("recall"), f1: of("f1") };
}

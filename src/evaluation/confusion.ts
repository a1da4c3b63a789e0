import type { Predictions } from "./predictions.ts";

/** A mistake that was made more than once, or once. */
export interface ConfusedPair {
  /** What the examples are. */
  readonly truth: string;
  /** What they were taken for. */
  readonly predicted: string;
  readonly count: number;
  /** Of the examples that are of the class `truth`. Above 0, up to 1. */
  readonly share: number;
}

/** More classes than this have no matrix: it would be mostly zeros, and large. */
export const mostMatrixClasses = 256;

/**
 * How many examples of each class (row) were taken for each class (column), [C][C]; undefined for more than
 * `mostMatrixClasses`.
 *
 * @see scikit-learn confusion_matrix(labels=all)
 */
export function confusionMatrix(predictions: Predictions): readonly (readonly number[])[] | undefined {
  const { labels } = predictions;
  if (labels.length > mostMatrixClasses) return undefined;
  const cells = cellsOf(predictions);
  return labels.map((_, truth) => labels.map((_, said) => cells.get(truth * labels.length + said) ?? 0));
}

/** The pairs of classes that are taken for each other most often, the most frequent first, at most `most`. */
export function confusedPairs(
  predictions: Predictions,
  { most = 10 }: { readonly most?: number } = {},
): readonly ConfusedPair[] {
  const { labels, truths } = predictions;
  const present = new Map<number, number>();
  for (const truth of truths) present.set(truth, (present.get(truth) ?? 0) + 1);
  const pairs = [...cellsOf(predictions)].map(([cell, count]) => {
    const [truth, said] = [Math.floor(cell / labels.length), cell % labels.length];
    return { truth, said, cell, count, share: count / (present.get(truth) ?? count) };
  });
  return pairs
    .filter(({ truth, said }) => truth !== said)
    .sort((a, b) => b.count - a.count || b.share - a.share || a.cell - b.cell)
    .slice(0, most)
    .map(({ truth, said, count, share }) => ({
      truth: labels[truth] ?? String(truth),
      predicted: labels[said] ?? String(said),
      count,
      share,
    }));
}

/** The cells of the matrix that are not 0, by truth · C + prediction. */
function cellsOf({ truths, chosen, labels }: Predictions): ReadonlyMap<number, number> {
  const cells = new Map<number, number>();
  for (const [row, truth] of truths.entries()) {
    const cell = truth * labels.length + (chosen[row] ?? 0);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return cells;
}

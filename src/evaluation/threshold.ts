import type { Predictions } from "./predictions.ts";
import { type Cut, cutsOf, rankingOf } from "./ranking.ts";

/** What a threshold can be best for, from the examples that are taken for the class at a cut. */
type Merit = (counts: Cut & { readonly positives: number; readonly negatives: number }) => number;

export const thresholdMerits = {
  /** F1 of the second class: 2 · TP / (TP + FP + P). */
  f1: ({ truePositives, falsePositives, positives }) =>
    (2 * truePositives) / (truePositives + falsePositives + positives),
  /** Youden's J, true positive rate less false positive rate: balanced accuracy is (J + 1) / 2. */
  youden: ({ truePositives, falsePositives, positives, negatives }) =>
    truePositives / positives - falsePositives / negatives,
} satisfies Record<string, Merit>;

export type ThresholdMerit = keyof typeof thresholdMerits;

/**
 * The score of the second of two classes from which on choosing it is best on these examples; of several equally good ones
 * the strictest. It lies half-way, in log-odds, between the last score that is let in and the next one. undefined where
 * only one of the classes has examples.
 *
 * @returns above 0, up to 1
 * @see Youden 1950, Index for rating diagnostic tests; scikit-learn TunedThresholdClassifierCV
 */
export function bestThreshold(predictions: Predictions, merit: ThresholdMerit): number | undefined {
  const ranking = rankingOf(predictions, 1);
  const [positives, negatives] = [ranking?.positives.length ?? 0, ranking?.negatives.length ?? 0];
  if (!ranking || positives === 0 || negatives === 0) return undefined;
  const worth = (cut: Cut) => thresholdMerits[merit]({ ...cut, positives, negatives });
  const [best] = [...cutsOf(ranking)].sort((a, b) => worth(b) - worth(a));
  if (!best) return undefined;
  const below = [...ranking.positives, ...ranking.negatives].filter((rank) => rank < best.rank);
  // Where all are let in there is no next score: as far below the last one as one unit of log-odds.
  const next = below.reduce((top, rank) => Math.max(top, rank), Number.NEGATIVE_INFINITY);
  const middle = next === Number.NEGATIVE_INFINITY ? best.rank - 1 : (best.rank + next) / 2;
  // A score that is rounded to 0 is above no threshold.
  return Math.max(Number.MIN_VALUE, 1 / (1 + Math.exp(-middle)));
}

import type { Predictions } from "./predictions.ts";

/** The examples that are of a class and those that are not, by how much the model takes them for it: both rise. */
export interface Ranking {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** One class or label against all the others. Where a score is not a number there is nothing to rank. */
export function rankingOf(predictions: Predictions, output: number): Ranking | undefined {
  const ranks = { positives: [] as number[], negatives: [] as number[] };
  for (let row = 0; row < predictions.count; row++) {
    const rank = predictions.rank(row, output);
    if (Number.isNaN(rank)) return undefined;
    (predictions.isTrue(row, output) ? ranks.positives : ranks.negatives).push(rank);
  }
  return { positives: Float64Array.from(ranks.positives).sort(), negatives: Float64Array.from(ranks.negatives).sort() };
}

/**
 * The area under the ROC curve: how often an example of the class has the higher score than one of another class, equal
 * scores counted half. undefined where all examples are of the class, or none is.
 *
 * @see scikit-learn roc_auc_score; Mann and Whitney's U
 */
export function rocAuc({ positives, negatives }: Ranking): number | undefined {
  const pairs = positives.length * negatives.length;
  if (pairs === 0) return undefined;
  let won = 0;
  let [below, upTo] = [0, 0];
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] ?? 0) < score) below++;
    while (upTo < negatives.length && (negatives[upTo] ?? 0) <= score) upTo++;
    won += (below + upTo) / 2;
  }
  return won / pairs;
}

/** A place to draw the line: examples from `rank` on are taken for the class. */
export interface Cut {
  readonly rank: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** Every cut that lets in another example of the class, from the strictest on; equal scores come in together. */
export function cutsOf({ positives, negatives }: Ranking): readonly Cut[] {
  const cuts: Cut[] = [];
  let negativesBelow = negatives.length;
  for (let at = positives.length - 1; at >= 0; at--) {
    const rank = positives[at] ?? 0;
    if (positives[at - 1] === rank) continue;
    while (negativesBelow > 0 && (negatives[negativesBelow - 1] ?? 0) >= rank) negativesBelow--;
    cuts.push({ rank, truePositives: positives.length - at, falsePositives: negatives.length - negativesBelow });
  }
  return cuts;
}

/**
 * Average precision, the area under the precision-recall curve as steps: Σ (R_n − R_{n−1}) · P_n over falling thresholds.
 * undefined where no example is of the class.
 *
 * @see scikit-learn average_precision_score
 */
export function averagePrecision(ranking: Ranking): number | undefined {
  const all = ranking.positives.length;
  if (all === 0) return undefined;
  let [sum, before] = [0, 0];
  for (const { truePositives, falsePositives } of cutsOf(ranking)) {
    sum += ((truePositives - before) / all) * (truePositives / (truePositives + falsePositives));
    before = truePositives;
  }
  return sum;
}

/** Areas under the two curves of one class or label against all the others. */
export interface ClassAreas {
  readonly rocAuc: number | undefined;
  readonly averagePrecision: number | undefined;
}

const areas = new WeakMap<Predictions, readonly ClassAreas[]>();

/** The areas of each class or label, [C]. Sorting for each is most of what judging takes: it is done once. */
export function areasOf(predictions: Predictions): readonly ClassAreas[] {
  const known = areas.get(predictions);
  if (known) return known;
  const found = predictions.labels.map((_, output) => {
    const ranking = rankingOf(predictions, output);
    return {
      rocAuc: ranking && rocAuc(ranking),
      averagePrecision: ranking && averagePrecision(ranking),
    };
  });
  areas.set(predictions, found);
  return found;
}

/** A point of both curves: what is found, and at what price. From 0 to 1. */
export interface CurvePoint {
  /** True positive rate. */
  readonly recall: number;
  readonly falsePositiveRate: number;
  readonly precision: number;
}

/** ROC and precision-recall curve from the strictest cut on, thinned to about `most` points; empty where rocAuc is undefined. */
export function curveOf(ranking: Ranking, { most = 100 }: { readonly most?: number } = {}): readonly CurvePoint[] {
  const [positives, negatives] = [ranking.positives.length, ranking.negatives.length];
  if (positives === 0 || negatives === 0) return [];
  const cuts = cutsOf(ranking);
  const step = Math.max(1, Math.ceil(cuts.length / most));
  return cuts
    .filter((_, at) => at % step === 0 || at === cuts.length - 1)
    .map(({ truePositives, falsePositives }) => ({
      recall: truePositives / positives,
      falsePositiveRate: falsePositives / negatives,
      precision: truePositives / (truePositives + falsePositives),
    }));
}

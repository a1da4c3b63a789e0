import { checkNumber, refuseUnknown } from "../base/options.ts";
import type { Predictions } from "./predictions.ts";

/** Predictions whose probability lies in (from, to]; the first bin has 0 too. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The mean of what the model said, 0 for an empty bin. */
  readonly confidence: number;
  /** The share that came true, 0 for an empty bin. */
  readonly accuracy: number;
}

export interface Calibration {
  /** Expected calibration error: how far confidence and accuracy are apart, bins weighted by their count. From 0 to 1. */
  readonly error: number;
  /** Of equal width, from 0 to 1. */
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Whether the model knows how sure it may be: of what it says with probability 0.8, four fifths should be right. Of classes
 * the top one counts, of labels each. undefined where scores are no probabilities, or there is no example.
 *
 * @param bins from 1
 * @throws {UsageError} "bad-option"
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks, eq. 3; scikit-learn calibration_curve
 */
export function calibration(
  predictions: Predictions,
  { bins = 15, ...rest }: { readonly bins?: number } = {},
): Calibration | undefined {
  refuseUnknown("calibration", rest);
  checkNumber("bins", bins, { min: 1, integer: true });
  if (!predictions.isProbable || predictions.kind === "values" || predictions.count === 0) return undefined;
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const { probability, isRight } of saidOf(predictions)) {
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1))];
    if (!sum) continue;
    sum.count++;
    sum.confidence += probability;
    sum.right += isRight ? 1 : 0;
  }
  const all = sums.reduce((total, { count }) => total + count, 0);
  const off = sums.reduce((total, { confidence, right }) => total + Math.abs(confidence - right), 0);
  return {
    error: off / all,
    bins: sums.map(({ count, confidence, right }, at) => ({
      from: at / bins,
      to: (at + 1) / bins,
      count,
      confidence: count === 0 ? 0 : confidence / count,
      accuracy: count === 0 ? 0 : right / count,
    })),
  };
}

function* saidOf(predictions: Predictions): Iterable<{ readonly probability: number; readonly isRight: boolean }> {
  const { kind, labels, tops, truths, count } = predictions;
  for (let row = 0; row < count; row++) {
    if (kind === "classes") {
      const top = tops[row] ?? 0;
      yield { probability: predictions.score(row, top), isRight: top === truths[row] };
      continue;
    }
    for (let label = 0; label < labels.length; label++) {
      yield { probability: predictions.score(row, label), isRight: predictions.isTrue(row, label) };
    }
  }
}

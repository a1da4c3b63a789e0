import type { Rows } from "./hits.ts";
import type { Predictions } from "./predictions.ts";

/** How far numbers are from what they should be, in the targets' own unit. */
export interface RegressionErrors {
  /** Mean of |z − t|. */
  readonly meanAbsoluteError: number;
  /** Square root of the mean of (z − t)². */
  readonly rootMeanSquaredError: number;
  /**
   * 1 − Σ(z − t)² / Σ(t − mean t)²: 1 is perfect, 0 what the mean alone would give. Where all targets are equal, 1 for a
   * perfect answer, else 0; undefined for fewer than two examples.
   */
  readonly r2: number | undefined;
}

/**
 * The errors of one output.
 *
 * @param rows a sample; by default all
 * @see scikit-learn mean_absolute_error, root_mean_squared_error, r2_score
 */
export function regressionErrors(predictions: Predictions, output: number, rows?: Rows): RegressionErrors {
  const count = rows?.length ?? predictions.count;
  const rowOf = (at: number) => rows?.[at] ?? at;
  const targets = Float64Array.from({ length: count }, (_, at) => predictions.target(rowOf(at), output));
  const mean = targets.reduce((sum, target) => sum + target, 0) / count;
  // A mean of equal numbers may be off by its rounding.
  const isConstant = targets.every((target) => target === targets[0]);
  let [absolute, squared, spread] = [0, 0, 0];
  for (const [at, target] of targets.entries()) {
    const off = predictions.score(rowOf(at), output) - target;
    absolute += Math.abs(off);
    squared += off * off;
    spread += (target - mean) ** 2;
  }
  return {
    meanAbsoluteError: absolute / count,
    rootMeanSquaredError: Math.sqrt(squared / count),
    r2: count < 2 ? undefined : explained(squared, isConstant ? 0 : spread),
  };
}

function explained(squared: number, spread: number): number {
  if (spread === 0) return squared === 0 ? 1 : 0;
  return 1 - squared / spread;
}

/** The mean over outputs of one of the errors; undefined where an output has none. */
export function meanError(predictions: Predictions, error: keyof RegressionErrors, rows?: Rows): number | undefined {
  const errors = predictions.labels.map((_, output) => regressionErrors(predictions, output, rows)[error]);
  const sum = errors.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  );
  return sum === undefined || errors.length === 0 ? undefined : sum / errors.length;
}

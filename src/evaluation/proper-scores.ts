import type { Predictions } from "./predictions.ts";

/**
 * The mean of −log p over what is true; of labels also of −log(1 − p) over what is not, the mean over labels. Without the
 * smoothing that the loss of training may have. undefined where the scores of exclusive classes do not sum to 1.
 *
 * @see scikit-learn log_loss, without its clipping of p
 */
export function logLoss(predictions: Predictions): number | undefined {
  if (!hasProbabilities(predictions)) return undefined;
  const { kind, truths, labels } = predictions;
  return meanOver(predictions.count, (row) =>
    kind === "classes"
      ? -predictions.logScore(row, truths[row] ?? 0)
      : meanOver(labels.length, (label) => {
          const target = predictions.target(row, label);
          const [yes, no] = [predictions.logScore(row, label), predictions.logAgainst(row, label)];
          return -(target === 0 ? 0 : target * yes) - (target === 1 ? 0 : (1 - target) * no);
        }),
  );
}

/**
 * The mean squared difference between probabilities and what is true: summed over classes, halved for two, so that it is
 * (p − y)² of either; of labels the mean over them. From 0 to 1, with more than two classes to 2.
 *
 * @see scikit-learn brier_score_loss(scale_by_half="auto")
 */
export function brierScore(predictions: Predictions): number | undefined {
  if (!hasProbabilities(predictions)) return undefined;
  const { kind, labels } = predictions;
  const share = kind === "labels" ? labels.length : labels.length === 2 ? 2 : 1;
  const squares = (row: number) =>
    labels.reduce((sum, _, output) => {
      const truth = kind === "classes" ? Number(predictions.isTrue(row, output)) : predictions.target(row, output);
      return sum + (predictions.score(row, output) - truth) ** 2;
    }, 0);
  return meanOver(predictions.count, squares) / share;
}

const hasProbabilities = ({ kind, sumsToOne, count }: Predictions): boolean =>
  count > 0 && (kind === "labels" || (kind === "classes" && sumsToOne));

function meanOver(count: number, of: (at: number) => number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += of(at);
  return sum / count;
}

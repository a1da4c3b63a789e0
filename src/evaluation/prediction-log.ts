import { Predictions, type PredictionsContent } from "./predictions.ts";

/** What a model said of one batch of examples: logits and targets [N, C], flat, and the loss of each example, [N]. */
export type PredictionBatch = Pick<PredictionsContent, "indices" | "logits" | "targets" | "losses">;

/** Gathers predictions batch by batch. */
export interface PredictionLog {
  add(batch: PredictionBatch): void;
  predictions(): Predictions;
}

/** @param how what all batches have in common */
export function predictionLog(how: Omit<PredictionsContent, keyof PredictionBatch>): PredictionLog {
  const batches: PredictionBatch[] = [];
  return {
    // Copied: an engine may use the memory of its outputs again.
    add: ({ indices, logits, targets, losses }) => {
      batches.push({ indices, logits: logits.slice(), targets: targets.slice(), losses: losses.slice() });
    },
    predictions: () =>
      new Predictions({
        ...how,
        indices: batches.flatMap(({ indices }) => indices),
        logits: joined(batches.map(({ logits }) => logits)),
        targets: joined(batches.map(({ targets }) => targets)),
        losses: joined(batches.map(({ losses }) => losses)),
      }),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}

import { joined } from "../base/joined.ts";
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
        logits: joined(
          Float32Array,
          batches.map(({ logits }) => logits),
        ),
        targets: joined(
          Float32Array,
          batches.map(({ targets }) => targets),
        ),
        losses: joined(
          Float32Array,
          batches.map(({ losses }) => losses),
        ),
      }),
  };
}

import { z } from "zod";

/** One line of a history. */
export interface EpochRecord {
  /** From 1, counted over all phases. */
  readonly epoch: number;
  /** Means over the epoch, while the weights moved. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** On the validation data, after the epoch. */
  readonly valLoss?: number;
  readonly valMetrics?: Readonly<Record<string, number>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly examples: number;
  readonly seconds: number;
}

/** A count. */
export const whole = z.int().min(0);
/** JSON has no numbers beside finite ones, and writes null for them: a measure that says nothing is NaN. */
export const reading = z.union([z.number(), z.null().transform(() => Number.NaN)]);
const readings = z.record(z.string(), reading);

export const epochRecordSchema = z.object({
  epoch: whole,
  loss: reading,
  metrics: readings,
  valLoss: reading.exactOptional(),
  valMetrics: readings.exactOptional(),
  learningRate: z.number(),
  examples: whole,
  seconds: z.number(),
}) satisfies z.ZodType<EpochRecord>;

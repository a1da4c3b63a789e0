import { z } from "zod";
import type { Range } from "../base/ranges.ts";
import type { BadImage } from "../data/bad-images.ts";
import type { TallyState } from "../evaluation/tally.ts";
import { type EpochRecord, epochRecordSchema, whole } from "./epoch-record.ts";

/**
 * Where a `fit` stands: with the trainer's state, all that it takes to go on as if nothing had happened. Everything else
 * that a run draws, such as orders and dropout, follows from its seed and these counts. Numbers and text, for JSON.
 */
export interface Progress {
  /** The epoch under way, from 1, counted over all phases. */
  readonly epoch: number;
  /** Batches of it done. */
  readonly step: number;
  /** Where its pass stands: see `PassExamples.end`. */
  readonly end: number;
  /** The examples that it began with; undefined before its first step. */
  readonly examples?: readonly Range[] | undefined;
  /** What its batches add up to; undefined before its first step. */
  readonly sums?: TallyState | undefined;
  /** Spent on it so far. */
  readonly epochSeconds: number;
  /** Spent in all. */
  readonly seconds: number;
  /** Updates of the weights. */
  readonly updates: number;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Epochs of this `fit` that are over. */
  readonly records: readonly EpochRecord[];
  readonly trainer: TrainerProgress;
  readonly leftOut: LeftOut;
}

/** Counts that a trainer's state consists of, beside its tensors. */
export interface TrainerProgress {
  /** Updates so far, for the optimizer's bias correction. */
  readonly updates: number;
  /** Examples whose gradients wait for their update. */
  readonly pending: number;
  /** Sizes of batches that have sessions of their own, by what they do. */
  readonly sizes: Readonly<Record<string, readonly number[]>>;
}

/** Pictures that could not be read so far. */
export interface LeftOut {
  readonly train: readonly BadImage[];
  readonly validation: readonly BadImage[];
}

const badImage = z.object({ index: whole, name: z.string(), reason: z.string() });

export const leftOutSchema = z.object({
  train: z.array(badImage),
  validation: z.array(badImage),
}) satisfies z.ZodType<LeftOut>;

export const progressSchema = z.object({
  epoch: whole,
  step: whole,
  end: whole,
  examples: z.array(z.tuple([whole, whole])).optional(),
  sums: z.object({ examples: whole, loss: z.number(), metrics: z.record(z.string(), z.number()) }).optional(),
  epochSeconds: z.number(),
  seconds: z.number(),
  updates: whole,
  learningRate: z.number(),
  records: z.array(epochRecordSchema),
  trainer: z.object({ updates: whole, pending: whole, sizes: z.record(z.string(), z.array(whole)) }),
  leftOut: leftOutSchema,
}) satisfies z.ZodType<Progress>;

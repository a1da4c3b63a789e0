import { UsageError } from "../../base/errors.ts";
import { type MeasureName, measures, valName } from "../../evaluation/measures.ts";
import type { EpochRecord } from "../epoch-record.ts";

/**
 * What "best" is judged by: a measure's name as in `evaluation/measures`, "val" before it where it is the validation data's,
 * e.g. "valMacroF1". The table says which way is better.
 */
export type Monitor = "loss" | "valLoss" | (string & {});

/**
 * A number of an epoch, turned so that larger is better.
 *
 * @throws {UsageError} "bad-option" where the epoch has no such number
 */
export function merit(record: EpochRecord, monitor: Monitor): number {
  const value = readings(record)[monitor];
  if (value !== undefined) return falls(monitor) ? -value : value;
  throw new UsageError("bad-option", `There is no "${monitor}" to watch.`, {
    hint: `This run has ${Object.keys(readings(record)).join(", ")}.`,
  });
}

/** Whether an epoch is better than the best so far. One whose number is not finite never is: its weights are lost. */
export function improves(record: EpochRecord, best: EpochRecord | undefined, monitor: Monitor): boolean {
  const value = merit(record, monitor);
  return Number.isFinite(value) && (best === undefined || value > merit(best, monitor));
}

/** Everything measured in an epoch under one flat set of names: loss, accuracy, valLoss, valAccuracy, ... */
export function readings({ loss, metrics, valLoss, valMetrics = {} }: EpochRecord): Readonly<Record<string, number>> {
  const validation = Object.entries(valMetrics).map(([name, value]) => [valName(name), value] as const);
  return { loss, ...metrics, ...(valLoss === undefined ? {} : { valLoss }), ...Object.fromEntries(validation) };
}

/** The monitor of a measure on the validation data. */
export const monitorOf = (measure: MeasureName): Monitor => valName(measure);

const falling: ReadonlySet<string> = new Set(
  Object.entries(measures).flatMap(([name, { better }]) => (better === "lower" ? [name, valName(name)] : [])),
);

const falls = (monitor: Monitor): boolean => falling.has(monitor);

import type { EpochRecord } from "../epoch-record.ts";
import { readings } from "./monitor.ts";

/** An epoch as a flat row, as history.jsonl and the CSV file have it: {"phase", "epoch", "loss", "accuracy", "valLoss", ...}. */
export function historyRow(phase: string, record: EpochRecord): Readonly<Record<string, string | number>> {
  const { epoch, learningRate, examples, seconds } = record;
  return { phase, epoch, ...readings(record), learningRate, examples, seconds };
}

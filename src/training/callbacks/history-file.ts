import type { Store } from "../../store/store.ts";
import type { EpochRecord } from "../epoch-record.ts";
import type { Callback } from "../events.ts";
import { historyRow } from "./history-row.ts";

export interface HistoryFileOptions {
  readonly store: Store;
  readonly path: string;
  /** Added to each line. */
  readonly phase: string;
}

/** Adds a line of JSON for each epoch: {"phase", "epoch", "loss", "accuracy", "valLoss", "valAccuracy", ...}. */
export function historyFile({ store, path, phase }: HistoryFileOptions): Callback {
  return async (event) => {
    if (event.type === "epoch") await store.append(path, historyLine(phase, event));
  };
}

/** An epoch as such a file has it. */
export const historyLine = (phase: string, record: EpochRecord): string =>
  `${JSON.stringify(historyRow(phase, record))}\n`;

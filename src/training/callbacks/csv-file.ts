import { HostError } from "../../base/errors.ts";
import type { Store } from "../../store/store.ts";
import type { Callback } from "../events.ts";
import { historyRow } from "./history-row.ts";

export interface CsvFileOptions {
  readonly store: Store;
  readonly path: string;
  /** Stands in each row. */
  readonly phase: string;
}

/**
 * Adds a row of CSV for each epoch, under a header of the names that history.jsonl has. A file that is there goes on, so that
 * phases follow one another.
 *
 * @throws {HostError} "write-failed" where the file has other columns
 * @see RFC 4180; Keras CSVLogger
 */
export function csvFile({ store, path, phase }: CsvFileOptions): Callback {
  return async (event) => {
    if (event.type !== "epoch") return;
    const row = historyRow(phase, event);
    const header = line(Object.keys(row));
    const isNew = (await store.kind(path)) === undefined;
    if (!isNew && !(await store.readText(path)).startsWith(header)) throw otherColumns(path, header);
    await store.append(path, `${isNew ? header : ""}${line(Object.values(row))}`);
  };
}

/** Rows as such a file has them, under their header; nothing for none. */
export function csvText(rows: readonly ReturnType<typeof historyRow>[]): string {
  const [first] = rows;
  return first ? [Object.keys(first), ...rows.map((row) => Object.values(row))].map(line).join("") : "";
}

const otherColumns = (path: string, header: string): HostError =>
  new HostError("write-failed", `${path} has other columns than ${header.trimEnd()}.`, {
    hint: "Name a file that is not there yet.",
  });

const line = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(",")}\r\n`;

/** In quotes where it holds what parts cells or rows. */
const cell = (value: string | number): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

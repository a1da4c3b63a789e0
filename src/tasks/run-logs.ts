import { HostError, UsageError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import { csvFile, csvText } from "../training/callbacks/csv-file.ts";
import { historyRow } from "../training/callbacks/history-row.ts";
import { tensorBoard as board } from "../training/callbacks/tensorboard.ts";
import type { Callback } from "../training/events.ts";
import type { Host } from "./host.ts";
import type { PhaseEpoch } from "./phase.ts";
import type { RunFolder } from "./run-folder.ts";

/** What a run writes besides its history, where it is wanted; `true` is the usual place inside of the run folder. */
export interface LogOptions {
  /** Log directory of event files for TensorBoard; usually `tensorboard`. */
  readonly tensorBoard?: string | true | undefined;
  /** CSV file with a row per epoch; usually `history.csv`. */
  readonly csv?: string | true | undefined;
}

/**
 * Refuses places that are taken, before anything is made.
 *
 * @throws {HostError} "run-exists" for a CSV file that is there, unless `overwrite` · {UsageError} "bad-option"
 */
export async function checkLogs(
  { tensorBoard = true, csv = true, overwrite }: LogOptions & { readonly overwrite: boolean },
  store: Store,
): Promise<void> {
  if (tensorBoard !== true && (await store.kind(tensorBoard)) === "file") {
    throw new UsageError("bad-option", `"${tensorBoard}" is a file.`, { hint: "Name a folder: --tensorboard logs." });
  }
  const there = csv === true ? undefined : await store.kind(csv);
  if (there === "folder") {
    throw new UsageError("bad-option", `"${csv}" is a folder.`, { hint: "Name a file: --csv history.csv." });
  }
  if (there === undefined || overwrite) return;
  throw new HostError("run-exists", `"${csv}" exists already.`, {
    hint: "Choose another --csv, or pass --overwrite to replace it.",
  });
}

interface RunLogsPlace {
  readonly folder: RunFolder;
  readonly host: Pick<Host, "store" | "date">;
  /** Epochs that an earlier process did. */
  readonly done?: readonly PhaseEpoch[];
}

/** The callbacks that write the logs, for each phase. An old CSV file is taken away, or has the epochs that are done. */
export async function runLogs(
  { tensorBoard, csv }: LogOptions,
  { folder, host: { store, date }, done = [] }: RunLogsPlace,
): Promise<(phase: string) => readonly Callback[]> {
  const place = (given: string | true, usual: string) => (given === true ? usual : placed(given, folder, store));
  const logs =
    tensorBoard === undefined
      ? undefined
      : board({ store, folder: place(tensorBoard, folder.paths.tensorBoard), date });
  const path = csv === undefined ? undefined : place(csv, folder.paths.csv);
  const rows = csvText(done.map(({ phase, ...record }) => historyRow(phase, record)));
  if (path !== undefined) await (rows === "" ? store.remove(path) : store.write(path, rows));
  return (phase) => [
    ...(logs === undefined ? [] : [logs.phase(phase)]),
    ...(path === undefined ? [] : [csvFile({ store, path, phase })]),
  ];
}

/** A run that replaces another is written beside it: what was named inside of the run goes there too. */
function placed(path: string, { path: run, paths }: RunFolder, store: Store): string {
  const [whole, inside] = [store.clean(path), store.clean(path).slice(run.length)];
  return whole.startsWith(run) && /^[/\\]/.test(inside) ? store.join(paths.root, inside.slice(1)) : whole;
}

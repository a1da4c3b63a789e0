import { TrainingError, UsageError } from "../../base/errors.ts";
import { optionText } from "../../report/command-again.ts";
import type { Host } from "../host.ts";
import { type RunFolder, reopenRunFolder } from "../run-folder.ts";
import {
  carryOut,
  checkpointsOf,
  type RunParts,
  readAll,
  type TrainResult,
  type TrainRunOptions,
  trainJob,
} from "../train-run.ts";
import { readStoredRun, type StoredOptions, type StoredRun } from "./stored-options.ts";

export interface ResumeOptions extends StoredOptions, Pick<TrainRunOptions, "onEvent" | "signal"> {
  /** Folder of the run. */
  readonly run: string;
}

/** Options that may be others than before: where things lie, and what does not change what is trained. */
const free: ReadonlySet<string> = new Set<keyof StoredOptions>([
  "data",
  "model",
  "val",
  "threads",
  "report",
  "checkpointEvery",
  "keepCheckpoints",
  "cache",
  "checkMemory",
]);

/**
 * Goes on with a run that was killed, stopped or had no room on the disk, from its last whole checkpoint: with the options that
 * it was begun with. On the same machine, with the same number of threads, it ends with the model and the history that it
 * would have had, to the last bit, but for the seconds.
 *
 * @param options what lies elsewhere than it did: `data`, `model`, `val`; what does not change the training. Others must be
 *   those of the run
 * @throws {HostError} "no-run" · {TrainingError} "cannot-resume" · "bad-checkpoint" · {UsageError} "bad-option" · what `trainRun` throws
 */
export async function resumeRun({ run, ...options }: ResumeOptions, host: Host): Promise<TrainResult> {
  const folder = await reopenRunFolder(run, host);
  const parts = await prepared(folder, options, host).catch((error: unknown) =>
    folder.fail().then(() => Promise.reject(error)),
  );
  return carryOut({ ...parts, folder, host });
}

/** What the run needs to go on. */
async function prepared(
  folder: RunFolder,
  { onEvent, signal, ...options }: Omit<ResumeOptions, "run">,
  host: Host,
): Promise<Omit<RunParts, "folder" | "host">> {
  const { path, paths } = folder;
  const stored = readStoredRun(await host.store.readText(paths.about), paths.about);
  await checkUnfinished(stored, folder, host);
  checkSame(options, stored.options);
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { data, model, ...rest }: StoredOptions = { ...stored.options, ...set };
  if (data === undefined || model === undefined) {
    throw new UsageError("bad-option", `${paths.about} names no data, or no model.`, { hint: "Give them again." });
  }
  const given = [...new Set([...stored.given, ...Object.keys(set)])];
  const watching = { ...(onEvent ? { onEvent } : {}), ...(signal ? { signal } : {}) };
  const job = trainJob({ ...rest, ...watching, data, model, out: path, given }, host);
  noteChanges(stored, job.threads, host);
  const { started, resumed } = stored;
  const read = await readAll({ model }, job, host);
  // Before anything is written: a run that is not gone on with stays as it was.
  const checkpoints = await checkpointsOf({ ...read, job, folder, host });
  return { ...read, job, checkpoints, started, resumed: [...resumed, host.date()] };
}

/** Says where the run goes on otherwise than to the last bit. */
function noteChanges({ versions, options }: StoredRun, threads: number, host: Host): void {
  const exchanged = Object.entries(versions)
    .filter(([name, version]) => host.versions[name] !== version)
    .map(([name, version]) => `${name} ${host.versions[name] ?? "is gone"} (before: ${version})`);
  const counted = options.threads === threads ? [] : [`${threads} threads (before: ${options.threads})`];
  const changes = [...exchanged, ...counted];
  if (changes.length === 0) return;
  host.notice?.(`The run goes on with ${changes.join(", ")}: its numbers may differ in the last digits.`);
}

async function checkUnfinished({ status, options }: StoredRun, folder: RunFolder, { store }: Host): Promise<void> {
  const { path, paths } = folder;
  if (status === "diverged") {
    throw new TrainingError("cannot-resume", `The loss of ${path} stopped being a number: it would do so again.`, {
      hint: "Train anew with a lower learning rate and another --out.",
    });
  }
  // Killed between the end of the training and that of the work: what is missing is made again.
  const isWhole = paths.root === path && (options.report === false || (await store.kind(paths.report)) === "file");
  if (status !== "finished" || !isWhole) return;
  throw new TrainingError("cannot-resume", `${path} is finished: there is nothing left to train.`, {
    hint: "Use its model (regraft predict, regraft evaluate), or train anew with another --out.",
  });
}

/** @throws {UsageError} "bad-option" where an option would make it another run */
function checkSame(options: StoredOptions, stored: StoredOptions): void {
  const then: Readonly<Record<string, unknown>> = { ...stored };
  const other = Object.entries(options).find(
    ([name, value]) => value !== undefined && !free.has(name) && inOrder(value) !== inOrder(then[name]),
  );
  if (!other) return;
  const [name, value] = other;
  const was = then[name] === undefined ? "not set" : optionText(name, then[name]);
  throw new UsageError(
    "bad-option",
    `"${name}" was ${was} when the run began, and cannot become ${optionText(name, value)}.`,
    {
      hint: "Leave it out: a run goes on with the options that it was begun with. For other ones, train anew.",
    },
  );
}

/** JSON of a value, names in one order. */
function inOrder(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value) ?? "";
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

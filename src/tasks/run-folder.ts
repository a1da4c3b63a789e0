import { HostError } from "../base/errors.ts";
import type { Lock, Store } from "../store/store.ts";
import { checkpointsAmong } from "../training/checkpoints/checkpoint-name.ts";
import { besideRun, innerLock, lockRun } from "./run-lock.ts";

/** Where the parts of a run lie inside its folder. */
export const runPaths = (store: Store, run: string) => ({
  root: run,
  model: store.join(run, "model"),
  adapter: store.join(run, "adapter"),
  history: store.join(run, "history.jsonl"),
  csv: store.join(run, "history.csv"),
  tensorBoard: store.join(run, "tensorboard"),
  about: store.join(run, "run.json"),
  evaluation: store.join(run, "evaluation.json"),
  report: store.join(run, "report.html"),
  /** What was known of the pictures before training: a DataHealth. */
  health: store.join(run, "health.json"),
  checkpoints: store.join(run, "checkpoints"),
});

/** A run folder being written. Nobody else writes there until `keep` or `fail` is done. */
export interface RunFolder {
  /** Where the run will stand when it is complete. */
  readonly path: string;
  /** Where its parts are written. */
  readonly paths: ReturnType<typeof runPaths>;
  /** The run is complete: it takes the place of an older run. */
  keep(): Promise<void>;
  /**
   * The run failed. An older run stays as it was; without one the folder stays if there is a checkpoint (history and
   * checkpoints are whole, and the run can be gone on with), and disappears if not.
   *
   * @param last done where something of the run stays, while the folder is still ours
   * @returns whether something of the run stays
   */
  fail(last?: () => Promise<void>): Promise<boolean>;
}

interface CreateRunOptions {
  readonly store: Store;
  readonly overwrite?: boolean;
}

/**
 * Makes the folder of a new run, and keeps it for this process. Where it replaces an older run it is written beside it, so that
 * the older one stays whole until the new one is, whatever happens in between.
 *
 * @throws {HostError} "in-use" while another process writes there · "run-exists" unless `overwrite`, and in any case where
 *   what stands there is no run · "write-failed" · "disk-full"
 */
export async function createRunFolder(out: string, options: CreateRunOptions): Promise<RunFolder> {
  const path = options.store.clean(out);
  const lock = await lockRun(path, options.store);
  try {
    return await made(path, lock, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function made(path: string, lock: Lock, { store, overwrite = false }: CreateRunOptions): Promise<RunFolder> {
  const exists = (await store.kind(path)) !== undefined;
  const replaces = exists && !(await isEmpty(store, path));
  if (replaces) await refuse(path, { store, overwrite });
  const staging = replaces ? besideRun(path).fresh : path;
  // What a crash left beside it is of another run: nobody is to go on with it in the place of this one.
  await store.remove(besideRun(path).fresh);
  await store.makeFolder(staging);
  const paths = runPaths(store, staging);
  const keep = async () => {
    if (replaces) await replace(path, staging, store);
  };
  const fail = async (last = async () => {}) => {
    const stays = !replaces && (await holdsCheckpoints(paths, store));
    if (stays) await last();
    else if (exists && !replaces) await empty(staging, store);
    else await store.remove(staging);
    return stays;
  };
  const release = () => lock.release();
  return { path, paths, keep: () => keep().finally(release), fail: (last) => fail(last).finally(release) };
}

async function holdsCheckpoints({ checkpoints }: ReturnType<typeof runPaths>, store: Store): Promise<boolean> {
  return (await store.kind(checkpoints)) === "folder" && checkpointsAmong(await store.list(checkpoints)).length > 0;
}

/**
 * Opens the folder of a run that another process left, and keeps it for this one. Where that one was to replace an older run, it
 * is what was written beside it that is gone on with.
 *
 * @throws {HostError} "in-use" while another process writes there · "no-run" · "write-failed" · "disk-full"
 */
export async function reopenRunFolder(run: string, { store }: { readonly store: Store }): Promise<RunFolder> {
  const path = store.clean(run);
  const isRun = async (place: string) => (await store.kind(runPaths(store, place).about)) === "file";
  const { fresh } = besideRun(path);
  // Asked before it is locked: nothing is to be written beside what is no run.
  if (!(await isRun(fresh)) && !(await isRun(path)) && !(await isRun(besideRun(path).old))) throw noRun(run);
  const lock = await lockRun(path, store);
  const replaces = await isRun(fresh).catch((error: unknown) => lock.release().then(() => Promise.reject(error)));
  return {
    path,
    paths: runPaths(store, replaces ? fresh : path),
    keep: () => (replaces ? replace(path, fresh, store) : Promise.resolve()).finally(() => lock.release()),
    fail: (last = async () => {}) =>
      last()
        .then(() => true)
        .finally(() => lock.release()),
  };
}

const noRun = (run: string): HostError =>
  new HostError("no-run", `"${run}" is not the folder of a run: there is no run.json in it.`, {
    hint: "Name the folder that `regraft train` wrote to, e.g. --resume runs/photos.",
  });

/** The older run comes back where the new one cannot take its place. */
async function replace(path: string, staging: string, store: Store): Promise<void> {
  const { old } = besideRun(path);
  await store.remove(old);
  const isThere = (await store.kind(path)) !== undefined;
  if (isThere) await store.rename(path, old);
  await store.rename(staging, path).catch(async (error: unknown) => {
    if (isThere) await store.rename(old, path);
    throw error;
  });
  await store.remove(old);
}

/** A folder that was there before, empty, is again. */
async function empty(folder: string, store: Store): Promise<void> {
  for (const name of await namesIn(store, folder)) await store.remove(store.join(folder, name));
}

/** Only a run may be replaced: a mistyped --out must not cost anyone a folder of other things. */
async function refuse(
  path: string,
  { store, overwrite }: { readonly store: Store; readonly overwrite: boolean },
): Promise<void> {
  const isRun = (await store.kind(runPaths(store, path).about)) === "file";
  if (overwrite && isRun) return;
  throw new HostError(
    "run-exists",
    isRun ? `"${path}" exists already.` : `"${path}" exists, and is not a run folder.`,
    {
      hint: isRun
        ? "Choose another --out, go on with it where it was interrupted (--resume), or pass --overwrite to replace it."
        : "Choose another --out.",
    },
  );
}

async function isEmpty(store: Store, path: string): Promise<boolean> {
  return (await store.kind(path)) === "folder" && (await namesIn(store, path)).length === 0;
}

const namesIn = async (store: Store, folder: string): Promise<readonly string[]> =>
  (await store.list(folder)).filter((name) => name !== innerLock);

/** The model folder that a path means: a run's model, or the folder itself. */
export async function modelFolderOf(path: string, store: Store): Promise<string> {
  const inside = runPaths(store, path).model;
  return (await store.kind(inside)) === "folder" ? inside : path;
}

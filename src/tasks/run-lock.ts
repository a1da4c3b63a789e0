import { HostError } from "../base/errors.ts";
import { errnoOf } from "../base/file-errors.ts";
import type { FolderEntry, Lock, Store } from "../store/store.ts";
import { isTemporary } from "../store/temporary.ts";

/** Names beside a run folder that nobody else gives. */
export const besideRun = (run: string) => ({
  /** The run that is to take its place, while it is written. */
  fresh: `${run}.regraft-new`,
  /** The run whose place is taken, until that is done. */
  old: `${run}.regraft-old`,
  lock: `${run}.regraft-lock`,
});

/** The lock of a run folder that has no neighbours, inside of it. */
export const innerLock = ".regraft-lock";

/**
 * Keeps a run folder for one process: who else asks is refused until the lock is released, or its process ends. What a process
 * that was killed has left is put in order: a run that was half-way to its place comes there, and the temporary files
 * of a run go. To be asked for by all that write into a run folder, before they look at what is there.
 *
 * @param run cleaned; need not be there yet
 * @throws {HostError} "in-use" · "write-failed" · "disk-full"
 */
export async function lockRun(run: string, store: Store): Promise<Lock> {
  const lock = await lockBeside(run, store);
  try {
    await finishSwap(run, store);
    await sweep(run, store);
    await sweep(besideRun(run).fresh, store);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Beside the folder itself, whatever link leads there. */
async function lockBeside(run: string, store: Store): Promise<Lock> {
  const real = (await store.kind(run)) === undefined ? run : await store.realPath(run);
  try {
    return await store.lock(besideRun(real).lock, { what: run });
  } catch (error) {
    // A folder that is mounted into one that cannot be written, as containers have them.
    const isWalled = isForbidden(error) && (await store.kind(real)) === "folder";
    if (!isWalled) throw error;
    return store.lock(store.join(real, innerLock), { what: run });
  }
}

const forbidden: ReadonlySet<string | undefined> = new Set(["EROFS", "EACCES", "EPERM"]);

const isForbidden = (error: unknown): boolean => error instanceof HostError && forbidden.has(errnoOf(error.cause));

/**
 * A swap begins when the new run is complete: old run aside, new run to its place, old run away. One that was cut off
 * after its first step has left no run at all where one is looked for.
 */
async function finishSwap(run: string, store: Store): Promise<void> {
  const { fresh, old } = besideRun(run);
  if ((await store.kind(old)) === undefined) return;
  if ((await store.kind(run)) === undefined) {
    await store.rename((await store.kind(fresh)) === undefined ? old : fresh, run);
  }
  await store.remove(old);
}

/** Folders that are written beside their place inside of a run, or that step aside for those. */
const isPartial = (name: string): boolean => /^(?:model|adapter)\.(?:partial|old)(?:\.\d+)?$/.test(name);

/** Of a run alone, and of a folder with nothing else in it: a mistyped name must not cost anyone a file. */
async function sweep(run: string, store: Store): Promise<void> {
  if ((await store.kind(run)) !== "folder") return;
  const entries = await store.entries(run);
  const isRun = entries.some(({ name, kind }) => name === "run.json" && kind === "file");
  if (!isRun && !entries.every(({ name }) => isTemporary(name) || name === innerLock)) return;
  for (const { name } of entries.filter((entry) => isPartial(entry.name))) await store.remove(store.join(run, name));
  await removeTemporaries(run, store);
}

/** Links are not followed: they may lead out of the run. */
async function removeTemporaries(folder: string, store: Store): Promise<void> {
  const entries = (await store.entries(folder)).filter(({ isLink }) => !isLink);
  const of = (wanted: FolderEntry["kind"]) => entries.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  for (const name of of("file").filter(isTemporary)) await store.remove(store.join(folder, name));
  for (const name of of("folder")) await removeTemporaries(store.join(folder, name), store);
}

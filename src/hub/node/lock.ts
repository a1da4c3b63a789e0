import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { errnoOf, rethrow, writeError } from "../../base/file-errors.ts";
import { type StopSignal, waitUnlessStopped } from "./stop.ts";

/** How locks are kept and watched. */
export interface LockPace {
  /** How long one process waits before it looks again, in milliseconds. */
  readonly lookAgainMs: number;
  /** How often the holder of a lock gives it a new date, in milliseconds. */
  readonly touchMs: number;
  /** A lock that has had the same date at so many looks was left behind. */
  readonly unchangedLooks: number;
}

/** Left behind after two minutes of looking: time that a machine sleeps is not in it, nor how clocks differ. */
const usualPace: LockPace = { lookAgainMs: 100, touchMs: 15_000, unchangedLooks: 1200 };

export interface LockOptions {
  readonly signal?: StopSignal | undefined;
  readonly pace?: LockPace;
}

/** What stands in the locks that this process holds. */
const held = new Set<string>();

/**
 * Does something that one process may do at a time, also where several machines share the disk. The lock is a file that
 * says whose it is, and gets a new date while it is held. One whose process has died, or which keeps its date, is taken away;
 * so a process that was halted for minutes, while others were not, finds its lock in other hands when it goes on.
 *
 * @throws {HostError} "write-failed" · "disk-full" · {TrainingError} "interrupted" · what `work` throws
 */
export async function locked<T>(
  path: string,
  work: () => Promise<T>,
  { signal, pace = usualPace }: LockOptions = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true }).catch(rethrow(path, writeError));
  const own = `${process.pid} ${hostname()} ${randomUUID()}`;
  held.add(own);
  try {
    await take(path, own, { signal, pace });
    const touching = setInterval(() => void touch(path), pace.touchMs);
    touching.unref();
    try {
      return await work();
    } finally {
      clearInterval(touching);
      if ((await ownerOf(path)) === own) await rm(path, { force: true });
    }
  } finally {
    held.delete(own);
  }
}

async function take(path: string, own: string, { signal, pace }: Required<Pick<LockOptions, "pace">> & LockOptions) {
  let last: Sighting | undefined;
  let unchanged = 0;
  while (!(await create(path, own))) {
    const seen = await sight(path);
    unchanged = seen && seen.changedMs === last?.changedMs && seen.owner === last.owner ? unchanged + 1 : 0;
    last = seen;
    if (seen && (isGone(seen.owner) || unchanged >= pace.unchangedLooks)) await takeAway(path, seen.owner);
    else await waitUnlessStopped(pace.lookAgainMs, signal);
  }
}

async function create(path: string, own: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(own);
    } catch (cause) {
      await rm(path, { force: true });
      throw cause;
    } finally {
      await file.close();
    }
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return false;
    throw writeError(path, cause);
  }
}

/** A lock as it was found. */
interface Sighting {
  readonly owner: string;
  readonly changedMs: number;
}

/** @returns undefined where it is gone by now */
async function sight(path: string): Promise<Sighting | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return { owner: await readFile(path, "utf8"), changedMs: mtimeMs };
  } catch {
    return undefined;
  }
}

const ownerOf = async (path: string): Promise<string | undefined> => (await sight(path))?.owner;

/** Whether a lock names a process of this machine that there is no more, or this one, which does not hold it. */
function isGone(owner: string): boolean {
  const [pid = "", host = ""] = owner.split(" ");
  if (host !== hostname()) return false;
  return Number(pid) === process.pid ? !held.has(owner) : !isAlive(Number(pid));
}

/** Moved before it is removed: what another process has put in its place meanwhile is put back. */
async function takeAway(path: string, owner: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    // Someone else was quicker.
    return;
  }
  if ((await ownerOf(aside)) === owner) await rm(aside, { force: true });
  else await rename(aside, path).catch(() => {});
}

const touch = async (path: string): Promise<void> => {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // Someone else's process is alive too.
    return errnoOf(cause) === "EPERM";
  }
}

import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { errnoOf, rethrow, writeError } from "../../base/file-errors.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
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
  await makeFolders(dirname(path)).catch(rethrow(path, writeError));
  const own = ownMark();
  const [lock, taking] = [new Watched(path), new Watched(`${path}.taking`)];
  while (!(await create(path, own))) {
    const isTaken = (await lock.isLeftBehind(pace)) && (await takeAway(lock, taking, pace));
    if (!isTaken) await waitUnlessStopped(pace.lookAgainMs, signal);
  }
  return held(path, own, work, pace);
}

/**
 * The same for work that is not waited for.
 *
 * @returns undefined where another process that lives holds the lock
 */
export async function ifFree<T>(path: string, work: () => Promise<T>, pace = usualPace): Promise<T | undefined> {
  await makeFolders(dirname(path)).catch(rethrow(path, writeError));
  const own = ownMark();
  const [lock, taking] = [new Watched(path), new Watched(`${path}.taking`)];
  if (await lock.isLeftBehind(pace)) await takeAway(lock, taking, pace);
  return (await create(path, own)) ? held(path, own, work, pace) : undefined;
}

async function held<T>(path: string, own: string, work: () => Promise<T>, { touchMs }: LockPace): Promise<T> {
  const touching = setInterval(() => void touch(path), touchMs);
  touching.unref();
  try {
    return await work();
  } finally {
    clearInterval(touching);
    // Where it cannot be removed it is taken for left behind: what the work came to counts more.
    if ((await textOf(path)) === own) await rm(path, { force: true }).catch(() => {});
  }
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(text);
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

/** A lock of somebody else, as it was seen look by look. */
class Watched {
  readonly path: string;
  #last: { readonly owner: string; readonly changedMs: number } | undefined;
  #unchanged = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Looks once more. */
  async isLeftBehind({ unchangedLooks }: LockPace): Promise<boolean> {
    const seen = await sight(this.path);
    const isSame = seen !== undefined && seen.owner === this.#last?.owner && seen.changedMs === this.#last.changedMs;
    this.#unchanged = isSame ? this.#unchanged + 1 : 0;
    this.#last = seen;
    return seen !== undefined && (isGone(seen.owner) || this.#unchanged >= unchangedLooks);
  }

  /** Whether it is still the one that was seen last. */
  async isSame(): Promise<boolean> {
    const seen = await sight(this.path);
    return seen !== undefined && seen.owner === this.#last?.owner && seen.changedMs === this.#last.changedMs;
  }
}

/**
 * By one of those who found it so at a time, who looks again first: between two of them a third may have made a new one.
 *
 * @returns whether it was our turn
 */
async function takeAway(lock: Watched, taking: Watched, pace: LockPace): Promise<boolean> {
  if (!(await create(taking.path, ownMark()))) {
    // Who takes it away may have died over that.
    if (await taking.isLeftBehind(pace)) await rm(taking.path, { force: true });
    return false;
  }
  try {
    if (await lock.isSame()) await rm(lock.path, { force: true });
    return true;
  } finally {
    await rm(taking.path, { force: true });
  }
}

async function sight(path: string): Promise<{ readonly owner: string; readonly changedMs: number } | undefined> {
  try {
    const { mtimeMs } = await stat(path);
    return { owner: await readFile(path, "utf8"), changedMs: mtimeMs };
  } catch {
    // Gone by now.
    return undefined;
  }
}

const textOf = async (path: string): Promise<string | undefined> => (await sight(path))?.owner;

/** "<process> <its start> <where process numbers are counted> <this lock>" */
const ownMark = (): string => `${process.pid} ${startOf(process.pid) ?? ""} ${realm()} ${randomUUID()}`;

/** Whether a lock names a process that there is no more. Of one that counts processes elsewhere nothing is known. */
function isGone(owner: string): boolean {
  const [pid = "", start = "", where = ""] = owner.split(" ");
  if (where !== realm()) return false;
  if (!isAlive(Number(pid))) return true;
  // Numbers of processes are given out again.
  return start !== "" && startOf(Number(pid)) !== start;
}

/** The machine since it was started, and of Linux's containers this one: where a number means one process. */
function realm(): string {
  const parts = [
    hostname(),
    read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    read(() => readlinkSync("/proc/self/ns/pid")),
  ];
  return parts.filter(Boolean).join("/");
}

/** When a process was started, in Linux's ticks; undefined elsewhere. */
const startOf = (pid: number): string | undefined =>
  // Behind the name in brackets, which may hold anything, 20 fields on.
  read(() => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19]);

function read(what: () => string | undefined): string | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
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

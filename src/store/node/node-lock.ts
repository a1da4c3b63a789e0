import { constants } from "node:fs";
import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { HostError } from "../../base/errors.ts";
import { errnoOf, rethrow, writeError } from "../../base/file-errors.ts";
import { makeFolders } from "../../base/node/make-folders.ts";
import { holderOf, holderText, inUse } from "../holder.ts";
import type { Lock, LockOptions } from "../store.ts";

/** No link is followed: the file is written anew, and a stranger may have put a link to another one there. */
const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** Windows lets nobody read what is locked, and who holds it is to be read: a byte far behind the end is locked there. */
const range = process.platform === "win32" ? ([2 ** 32, 1] as const) : ([] as const);

/**
 * As `Store.lock`. The kernel holds the lock and drops it with the process: nothing has to be found out about processes, dates
 * or machines, and none is ever left stuck.
 */
export async function nodeLock(path: string, { what = path }: LockOptions = {}): Promise<Lock> {
  await makeFolders(dirname(path)).catch(rethrow(path, writeError));
  for (;;) {
    const file = await open(path, flags, 0o666).catch(rethrow(path, writeError));
    try {
      if (!(await isTaken(file, path))) throw inUse(what, holderOf(await file.readFile("utf8")));
      // Whoever held it may have removed it after we opened it: then another file stands there, or none.
      if (await isAt(path, file)) {
        await sign(file, path);
        return new NodeLock(file, path);
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

/** @returns whether it is ours now */
async function isTaken(file: FileHandle, path: string): Promise<boolean> {
  try {
    const { tryLock } = await import("fs-native-extensions");
    return tryLock(file.fd, ...range);
  } catch (cause) {
    throw noLocks(path, cause);
  }
}

function noLocks(path: string, cause: unknown): HostError {
  const reason = errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new HostError("write-failed", `${path} cannot be locked: ${reason}.`, {
    hint: "Some network disks keep no locks: name a folder on another disk.",
    cause,
  });
}

async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const own = await file.stat({ bigint: true });
  const there = await stat(path, { bigint: true }).catch(() => undefined);
  return there !== undefined && there.ino === own.ino && there.dev === own.dev;
}

/** Says who holds it. Where there is no room for that, there is none for what is to be written under the lock. */
async function sign(file: FileHandle, path: string): Promise<void> {
  try {
    await file.truncate(0);
    const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    await file.write(holderText(holder), 0);
  } catch (cause) {
    await rm(path, { force: true }).catch(() => {});
    throw writeError(path, cause);
  }
}

/** Node closes a file that nobody refers to any more, and a lock goes with its file. */
const held = new Set<NodeLock>();

class NodeLock implements Lock {
  readonly #file: FileHandle;
  readonly #path: string;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
    held.add(this);
  }

  async release(): Promise<void> {
    if (!held.delete(this)) return;
    // Removed while it is held, so that it is ours. Where that fails a file stays that nobody holds, and nobody minds.
    if (await isAt(this.#path, this.#file)) await rm(this.#path, { force: true }).catch(() => {});
    await this.#file.close();
  }
}

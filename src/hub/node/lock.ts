import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { errnoOf, rethrow, writeError } from "../../base/file-errors.ts";

/** How long one process waits before it looks again, in milliseconds. */
const lookAgainMs = 100;

/** After this long a lock of another machine, or one that nobody's name is in, is taken for left behind. */
const abandonedMs = 10 * 60_000;

/**
 * Does something that one process may do at a time. The lock is a file with the name of its process: of one that has died
 * it is taken away. Two that find such a lock at the same moment may both get it.
 *
 * @throws {HostError} "write-failed" · "disk-full" · what `work` throws
 */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true }).catch(rethrow(path, writeError));
  while (!(await take(path))) {
    if (await isLeftBehind(path)) await rm(path, { force: true });
    else await wait(lookAgainMs);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(`${process.pid} ${hostname()}`);
    await file.close();
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return false;
    throw writeError(path, cause);
  }
}

async function isLeftBehind(path: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  const [pid = "", host = ""] = (await readFile(path, "utf8").catch(() => "")).split(" ");
  if (host !== hostname()) return age > abandonedMs;
  return !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // Someone else's process is alive too.
    return errnoOf(cause) === "EPERM";
  }
}

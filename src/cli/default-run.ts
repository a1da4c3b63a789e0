import { HostError } from "../base/errors.ts";
import type { Host } from "../tasks/host.ts";

/**
 * The run folder where nobody names one: "runs/flowers-20260131-142530".
 *
 * @param start folder and name of the data
 * @param date ISO 8601
 */
export const defaultRun = (start: string, date: string): string =>
  `${start}-${date.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;

/**
 * Does `work` in the first default folder that nobody has: "...-2" and so on follow the one that is named by the second. Two
 * runs may begin in the same second, and a clock that is set back brings seconds again.
 *
 * @param work is given the folder; that another process has taken it meanwhile must be the first that it finds out
 */
export async function inDefaultRun<T>(
  start: string,
  { store, date }: Pick<Host, "store" | "date">,
  work: (out: string) => Promise<T>,
): Promise<T> {
  const name = defaultRun(start, date());
  for (let number = 1; ; number++) {
    const out = number === 1 ? name : `${name}-${number}`;
    if ((await store.kind(out)) !== undefined) continue;
    try {
      return await work(out);
    } catch (error) {
      // Both had looked before one of them began.
      if (!(await isTaken(error, out, store))) throw error;
    }
  }
}

/** Not so where something else that was named exists already. */
async function isTaken(error: unknown, out: string, store: Host["store"]): Promise<boolean> {
  if (!(error instanceof HostError)) return false;
  return error.code === "in-use" || (error.code === "run-exists" && (await store.kind(out)) !== undefined);
}

import { readdirSync, readFileSync } from "node:fs";

/** What this process holds at one time, by Linux's own account. */
export interface Resources {
  /** Resident memory. */
  readonly rssBytes: number;
  /** Open files, sockets and the like. */
  readonly handles: number;
  readonly threads: number;
}

/** undefined where the system has no /proc. */
export function resourcesHeld(): Resources | undefined {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const row = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
    return {
      rssBytes: 1024 * row("VmRSS"),
      threads: row("Threads"),
      handles: readdirSync("/proc/self/fd").length,
    };
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync } from "node:fs";

/** What this process holds at one time, by Linux's own account. */
export interface Resources {
  /** Resident memory. */
  readonly rssBytes: number;
  /** Open files, sockets and the like. */
  readonly handles: number;
  /** But for those of libvips, which come and go with the pictures being decoded. */
  readonly threads: number;
  readonly decoders: number;
}

/** undefined where the system has no /proc. */
export function resourcesHeld(): Resources | undefined {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const row = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
    const names = threadNames();
    const decoders = names.filter((name) => name.startsWith("libvips")).length;
    return {
      rssBytes: 1024 * row("VmRSS"),
      threads: names.length - decoders,
      decoders,
      handles: readdirSync("/proc/self/fd").length,
    };
  } catch {
    return undefined;
  }
}

function threadNames(): readonly string[] {
  return readdirSync("/proc/self/task").flatMap((id) => {
    try {
      return [readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim()];
    } catch {
      return []; // It has ended since the folder was read.
    }
  });
}

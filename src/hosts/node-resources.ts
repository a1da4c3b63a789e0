import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { type MemoryBound, tightest } from "../base/memory-bound.ts";
import type { HostMemory } from "../tasks/host.ts";
import { cpuQuota } from "./linux/cpu-quota.ts";
import { linuxMemoryBounds } from "./linux/memory-bounds.ts";

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // Another system, or a file that is not for everybody: the limit is not known then.
  }
};

/** Where the system's own files tell nothing, what Node knows. */
function bounds(): readonly MemoryBound[] {
  const told = linuxMemoryBounds(readText);
  if (told.length > 0) return told;
  const where = "a machine with more memory";
  return [{ kind: "machine", limitBytes: totalmem(), freeBytes: process.availableMemory(), where }];
}

/** The memory of this process, within what the machine, control groups and ulimit leave to it. */
export const nodeMemory: HostMemory = {
  held: () => process.memoryUsage.rss(),
  peak: () => 1024 * process.resourceUsage().maxRSS,
  free: () => tightest(bounds())?.freeBytes ?? process.availableMemory(),
  bounds,
};

/** The cores, or as many as a control group's quota of time is worth, rounded up. */
export const nodeThreads = (): number =>
  Math.max(1, Math.min(availableParallelism(), Math.ceil(cpuQuota(readText) ?? Number.POSITIVE_INFINITY)));

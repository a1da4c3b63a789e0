import type { MemoryBound } from "../../base/memory-bound.ts";
import { type ControlGroup, controlGroups } from "./control-groups.ts";
import { countOf, kilobytesOf, limitOf, type ReadText } from "./proc-files.ts";

/** Version 1 says "no limit" by a number near 2⁶³. */
const unlimitedBytes = 2 ** 60;

/** All limits of this process's memory that Linux tells of. @param read files of /proc and /sys */
export function linuxMemoryBounds(read: ReadText): readonly MemoryBound[] {
  const limits = read("/proc/self/limits");
  const status = read("/proc/self/status");
  return [
    ...machine(read("/proc/meminfo")),
    ...controlGroups("memory", read).flatMap(ofGroup),
    ...ofProcess("address-space", limitOf(limits, "Max address space"), kilobytesOf(status, "VmSize")),
    ...ofProcess("data-segment", limitOf(limits, "Max data size"), kilobytesOf(status, "VmData")),
  ];
}

function machine(text: string | undefined): readonly MemoryBound[] {
  const [limitBytes, freeBytes] = [kilobytesOf(text, "MemTotal"), kilobytesOf(text, "MemAvailable")];
  if (limitBytes === undefined || freeBytes === undefined) return [];
  return [{ kind: "machine", limitBytes, freeBytes, where: "a machine with more memory" }];
}

/** Pages of files that are only cached are counted as used, but given back when memory runs short. */
function ofGroup({ version, path, read }: ControlGroup): readonly MemoryBound[] {
  const number = (file: string) => {
    const text = read(file)?.trim() ?? "";
    return /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const v2 = version === 2;
  // Beyond memory.high a process is slowed down until hardly anything moves.
  const limits = v2 ? [number("memory.max"), number("memory.high")] : [number("memory.limit_in_bytes")];
  const limitBytes = Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY));
  const used = number(v2 ? "memory.current" : "memory.usage_in_bytes");
  if (used === undefined || !(limitBytes < unlimitedBytes)) return [];
  const stat = read("memory.stat");
  const files = v2 ? ["inactive_file", "active_file"] : ["total_inactive_file", "total_active_file"];
  const cached = files.reduce((sum, name) => sum + (countOf(stat, name) ?? 0), 0);
  const freeBytes = Math.max(0, limitBytes - Math.max(0, used - cached));
  return [{ kind: "control-group", limitBytes, freeBytes, where: path }];
}

function ofProcess(
  kind: "address-space" | "data-segment",
  limitBytes: number | undefined,
  used: number | undefined,
): readonly MemoryBound[] {
  if (limitBytes === undefined || used === undefined) return [];
  const where = kind === "address-space" ? "ulimit -v" : "ulimit -d";
  return [{ kind, limitBytes, freeBytes: Math.max(0, limitBytes - used), where }];
}

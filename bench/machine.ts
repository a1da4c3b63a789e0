import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import type { About } from "./results.ts";

/** What the table was measured on. */
export function machine(): About["machine"] {
  const avx512 = hasAvx512();
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown CPU",
    cores: availableParallelism(),
    ...(avx512 === undefined ? {} : { avx512 }),
    memoryGb: Math.round(totalmem() / 2 ** 30),
  };
}

function hasAvx512(): boolean | undefined {
  try {
    return /^flags\s*:.*\bavx512f\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return undefined; // Only Linux has that file.
  }
}

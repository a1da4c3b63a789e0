import { controlGroups } from "./control-groups.ts";
import type { ReadText } from "./proc-files.ts";

/**
 * The cores that control groups leave to this process: a quota of time per period, as `docker run --cpus 1.5` sets it. Undefined
 * where there is no quota. More threads than that would only be put to sleep in turn.
 */
export function cpuQuota(read: ReadText): number | undefined {
  const quotas = controlGroups("cpu", read).flatMap(({ version, read: file }) => {
    const [quota = "", period = ""] =
      version === 2
        ? (file("cpu.max") ?? "").trim().split(" ")
        : [file("cpu.cfs_quota_us")?.trim(), file("cpu.cfs_period_us")?.trim()];
    // "max", or -1
    return /^\d+$/.test(quota) && Number(period) > 0 ? [Number(quota) / Number(period)] : [];
  });
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

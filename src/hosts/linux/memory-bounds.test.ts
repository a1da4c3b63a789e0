import { describe, expect, test } from "vitest";
import { tightest } from "../../base/memory-bound.ts";
import { cpuQuota } from "./cpu-quota.ts";
import { linuxMemoryBounds } from "./memory-bounds.ts";

type Files = Readonly<Record<string, string>>;

const machine: Files = {
  "/proc/meminfo": "MemTotal:       16000000 kB\nMemFree:          100000 kB\nMemAvailable:    8000000 kB\n",
  "/proc/self/status": "Name:\tnode\nVmPeak:\t 2000000 kB\nVmSize:\t 1000000 kB\nVmData:\t  300000 kB\n",
  "/proc/self/limits":
    "Limit                     Soft Limit           Hard Limit           Units     \nMax data size             unlimited            unlimited            bytes     \nMax address space         unlimited            unlimited            bytes     \n",
  "/proc/self/cgroup": "0::/\n",
};

const from = (files: Files) => (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined);

const bounds = (files: Files) => linuxMemoryBounds(from({ ...machine, ...files }));

const told = (files: Files) => {
  const bound = tightest(bounds(files));
  return bound && [bound.kind, bound.limitBytes, bound.freeBytes];
};

test("without limits it is what the machine can give", () => {
  expect(bounds({}).map(({ kind }) => kind)).toEqual(["machine"]);
  expect(told({})).toEqual(["machine", 16_000_000 * 1024, 8_000_000 * 1024]);
});

describe("control groups of version 2", () => {
  const own = "/sys/fs/cgroup/job/step";

  test("the process's own limit, less what it uses; cached files can be given back", () => {
    const group = {
      "/proc/self/cgroup": "0::/job/step\n",
      [`${own}/memory.max`]: "2000000000\n",
      [`${own}/memory.current`]: "1500000000\n",
      [`${own}/memory.stat`]: "anon 400000000\nfile 1000000000\ninactive_file 700000000\nactive_file 300000000\n",
    };
    expect(told(group)).toEqual(["control-group", 2e9, 1.5e9]);
  });

  test("a group above it may leave less", () => {
    const group = {
      "/proc/self/cgroup": "0::/job/step\n",
      [`${own}/memory.max`]: "max\n",
      [`${own}/memory.current`]: "100\n",
      "/sys/fs/cgroup/job/memory.max": "1000000000\n",
      "/sys/fs/cgroup/job/memory.current": "900000000\n",
    };
    expect(tightest(bounds(group))).toMatchObject({ freeBytes: 1e8, where: "/sys/fs/cgroup/job" });
  });

  test("what slows the process down counts as the limit", () => {
    const group = {
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/memory.max": "2000000000\n",
      "/sys/fs/cgroup/memory.high": "1000000000\n",
      "/sys/fs/cgroup/memory.current": "0\n",
    };
    expect(told(group)).toEqual(["control-group", 1e9, 1e9]);
  });

  test("a container sees its own group on top, whatever path the kernel tells", () => {
    const group = {
      "/proc/self/cgroup": "0::/../../kubepods/pod1\n",
      "/sys/fs/cgroup/memory.max": "500000000\n",
      "/sys/fs/cgroup/memory.current": "100000000\n",
    };
    expect(told(group)).toEqual(["control-group", 5e8, 4e8]);
  });
});

describe("control groups of version 1", () => {
  const folder = "/sys/fs/cgroup/memory/docker/abc";
  const files = {
    "/proc/self/cgroup": "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/\n0::/\n",
    [`${folder}/memory.usage_in_bytes`]: "600000000\n",
    [`${folder}/memory.stat`]: "cache 200000000\ntotal_inactive_file 150000000\ntotal_active_file 50000000\n",
  };

  test("the limit, less what is used", () => {
    const limited = { ...files, [`${folder}/memory.limit_in_bytes`]: "1000000000\n" };
    expect(told(limited)).toEqual(["control-group", 1e9, 6e8]);
  });

  test("a number near 2^63 means that there is none", () => {
    const limited = { ...files, [`${folder}/memory.limit_in_bytes`]: "9223372036854771712\n" };
    expect(told(limited)?.[0]).toBe("machine");
  });
});

test("ulimit -v leaves what of the address space is not taken", () => {
  const limits = `${machine["/proc/self/limits"]?.replace("Max address space         unlimited", "Max address space         4000000000")}`;
  expect(told({ "/proc/self/limits": limits })).toEqual(["address-space", 4e9, 4e9 - 1_024_000_000]);
});

test("a system that tells nothing has no bounds", () => {
  expect(linuxMemoryBounds(() => undefined)).toEqual([]);
});

describe("the quota of cores", () => {
  const quota = (files: Files) => cpuQuota(from(files));

  test("of version 2, of the tightest group", () => {
    const files = {
      "/proc/self/cgroup": "0::/a/b\n",
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/a/cpu.max": "150000 100000\n",
    };
    expect(quota(files)).toBe(1.5);
  });

  test("of version 1", () => {
    const files = {
      "/proc/self/cgroup": "2:cpu:/a\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    };
    expect(quota(files)).toBe(0.5);
  });

  test("there may be none", () => {
    expect(quota({ "/proc/self/cgroup": "0::/\n" })).toBeUndefined();
  });
});

import type { ReadText } from "./proc-files.ts";

/** A control group that the process is in, and how to look into it. */
export interface ControlGroup {
  readonly version: 1 | 2;
  /** Of its folder. */
  readonly path: string;
  /** One of its files. */
  readonly read: (file: string) => string | undefined;
}

const root = "/sys/fs/cgroup";

/**
 * The control groups that govern a resource for this process: its own and those above it, each of which may set a limit.
 * Inside of a container the path that the kernel tells may lie outside of what is seen; then the folder on top is the
 * container's own, and it is among those looked at.
 *
 * @param controller of version 1, which has a tree for each: "memory", "cpu"
 */
export function controlGroups(controller: string, read: ReadText): readonly ControlGroup[] {
  const rows = (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return names === undefined || path === undefined ? [] : [{ names: names.split(","), path }];
  });
  const group = (version: 1 | 2, path: string): ControlGroup => ({
    version,
    path,
    read: (file) => read(`${path}/${file}`),
  });
  return rows.flatMap(({ names, path }) => {
    if (names.includes(controller)) return upwards(`${root}/${controller}`, path).map((folder) => group(1, folder));
    if (names.join() !== "") return [];
    return [root, `${root}/unified`].flatMap((top) => upwards(top, path)).map((folder) => group(2, folder));
  });
}

/** `top`/a/b, `top`/a, `top` for the path /a/b. */
function upwards(top: string, path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  return Array.from({ length: parts.length + 1 }, (_, at) => [top, ...parts.slice(0, parts.length - at)].join("/"));
}

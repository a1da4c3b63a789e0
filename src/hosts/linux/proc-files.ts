/** Reads a small file of the system; undefined where it is not there, or not to be read. */
export type ReadText = (path: string) => string | undefined;

/** "MemAvailable:  123 kB" of /proc/meminfo and of /proc/self/status, in bytes. */
export function kilobytesOf(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text ?? "")?.[1];
  return found === undefined ? undefined : 1024 * Number(found);
}

/** "inactive_file 123" of a control group's memory.stat. */
export function countOf(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The soft limit of a row of /proc/self/limits; undefined where it is unlimited. */
export function limitOf(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}\\s+(\\d+)\\s`, "m").exec(text ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "../file-errors.ts";

/**
 * Makes a folder and those above it; nothing happens where it is there.
 *
 * @throws the operating system's error. Node's own says ENOENT where the disk is read-only, whatever is above: then the first
 *   folder that is missing is asked for alone, which fails by the true reason.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") throw cause;
    await mkdir(await firstMissing(path));
    await mkdir(path, { recursive: true });
  }
}

async function firstMissing(path: string): Promise<string> {
  const above = dirname(path);
  const isThere = await stat(above).then(
    () => true,
    () => false,
  );
  return isThere || above === path ? path : firstMissing(above);
}

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes results to a file, again after each of them: what was measured before a Ctrl-C is kept. */
export const keeper = (file: string) => async (results: object) => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 1)}\n`);
};

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = process.env.REGRAFT_SHARED ?? fileURLToPath(new URL("../../shared", import.meta.url));

/** Path of something under the shared folder (real photos, real model), or undefined where it is absent. */
export function shared(relative: string): string | undefined {
  const path = `${root}/${relative}`;
  return existsSync(path) ? path : undefined;
}

export const whySkipped = "needs the shared folder beside the project (or REGRAFT_SHARED): it is not here";

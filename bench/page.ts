import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../src/base/errors.ts";
import { type Part, type Parts, replaceParts } from "./markers.ts";
import { root } from "./run-program.ts";

/**
 * A page with places for the parts named; looked at before anything is measured. "" is bench/README.md.
 *
 * @throws {UsageError} "bad-option"
 */
export async function openPage(given: string | undefined, needed: readonly Part[]) {
  if (given === undefined) return undefined;
  const file = given === "" ? join(root, "bench", "README.md") : given;
  const page = await textOf(file);
  replaceParts(page, Object.fromEntries(needed.map((part) => [part, ""])));
  return { write: (parts: Parts) => writeFile(file, replaceParts(page, parts)) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError("bad-option", `--markdown: ${file} cannot be read.`, {
      cause,
      hint: "Name a page that is there.",
    });
  }
}

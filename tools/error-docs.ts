// Writes docs/errors.md, or with --check looks whether it is what the code says, and whether each code is thrown:
//   npm run docs:errors
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCodes } from "../src/base/error-codes.ts";
import { errorsPage } from "./errors-page.ts";
import { neverThrown } from "./never-thrown.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = join(root, "docs", "errors.md");
const page = errorsPage();

if (process.argv.includes("--check")) check();
else {
  writeFileSync(file, page);
  console.log(`docs/errors.md: ${Object.keys(errorCodes).length} codes`);
}

function check(): void {
  const complaints = [
    ...(textOf(file) === page ? [] : ["docs/errors.md is not what src/base/error-codes.ts says: npm run docs:errors"]),
    ...neverThrown(sources()).map((code) => `"${code}" stands in src/base/error-codes.ts, and nothing throws it.`),
  ];
  for (const complaint of complaints) console.error(complaint);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

function sources(): readonly string[] {
  const src = join(root, "src");
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/(\.test|-contract)\.ts$/.test(path))
    .map((path) => readFileSync(join(src, path), "utf8"));
}

/** Nothing where there is no file. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

// `npm run house`: no import climbs, goes sideways or runs in a circle, and the core knows no Node.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { breaches } from "./house-rules.js";
import { root } from "./steps.js";

const src = join(root, "src");
const paths = readdirSync(src, { recursive: true })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"))
  .sort();
const found = breaches(new Map(paths.map((path) => [path, readFileSync(join(src, path), "utf8")])));

for (const breach of found) console.error(breach);
if (found.length > 0) console.error(`\nThe floors are in scripts/floors.js; why they are, in docs/architecture.md.`);
else console.log(`${paths.length} files: every import runs down`);
process.exitCode = found.length === 0 ? 0 : 1;

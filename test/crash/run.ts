// `npm run crash-test -- --kills 200 [--seed 1]`: real trainings, killed at random moments; see docs/reliability.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crashTest } from "./crash-test.ts";
import { copySome, photos } from "./pictures.ts";
import { crashRecipes } from "./recipes.ts";
import { train } from "./training.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
const print = (line: string) => process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), "regraft-crash-"));
const data = join(folder, "pictures");
if (photos) copySome(photos, data, { train: 16, val: 10 });
else await train(["sample", data, "--per-class", "16"], folder);
print(`pictures: ${photos ? "photos of ants and bees" : "drawn ones (the photos of ../shared are not there)"}`);
const started = performance.now();
const result = await crashTest({
  ...{ recipes: crashRecipes, data, folder, print, model: "models/sketchnet" },
  ...{ kills: Number(values.kills), seed: Number(values.seed) },
});
rmSync(folder, { recursive: true, force: true });
print(`\n${result.kills} kills in ${result.runs} runs, ${((performance.now() - started) / 60_000).toFixed(1)} min`);
for (const [what, count] of Object.entries(result.doing).sort(([, a], [, b]) => b - a))
  print(`  ${count} after the event "${what}"`);
for (const [what, count] of Object.entries(result.at)) print(`  ${count} at ${what}`);
print(`  ${result.halfWritten} left something half written; ${result.refused} checkpoints were damaged`);
process.exitCode = result.failures.length > 0 ? 1 : 0;

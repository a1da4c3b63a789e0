// Writes the reports that the tests look at, to be looked at by a person too:
//   node --import ./test/load-typescript.js tools/example-reports.ts <folder> [run folder]
// With a run folder: the report of what that folder holds.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderComparisonReport } from "../src/report/comparison-report.ts";
import { runReport } from "../src/report/run-folder-report.ts";
import { renderRunReport } from "../src/report/run-report.ts";
import { exampleComparison, exampleRun, hostileRun } from "../test/fixtures/report.ts";

const [folder, run] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Name a folder to write to.");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const pages = {
  "run.html": await renderRunReport(run === undefined ? await exampleRun() : reportOf(run)),
  "comparison.html": await renderComparisonReport(exampleComparison()),
  "hostile.html": await renderRunReport(hostileRun(20)),
};
for (const [name, page] of Object.entries(pages)) {
  writeFileSync(join(folder, name), page);
  console.log(`${join(folder, name)}  ${Math.round(page.length / 1000)} kB`);
}

function reportOf(path: string) {
  const text = (name: string) => readFileSync(join(path, name), "utf8");
  return runReport({ about: text("run.json"), history: text("history.jsonl") });
}

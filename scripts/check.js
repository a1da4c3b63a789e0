// Everything that `npm test` checks. Every step runs, whatever the ones before it said; arguments go to vitest.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNode, secondsOf, tools } from "./steps.js";

const steps = [
  ["format, lint", [tools.biome, "check", "."]],
  ["types", [tools.tsc, "-p", "tsconfig.json"]],
  ["types of the core", [tools.tsc, "-p", "tsconfig.core.json"]],
  ["house", ["scripts/house.js"]],
  ["errors", ["--import", "./test/load-typescript.js", "tools/error-docs.ts", "--check"]],
];

const failed = [];
for (const [name, command] of steps) {
  const { code, output, seconds } = await runNode(command);
  console.log(`${code === 0 ? "ok    " : "FAILED"}  ${name.padEnd(20)}${secondsOf(seconds).padStart(8)}`);
  if (code === 0) continue;
  console.log(output.trimEnd());
  failed.push(name);
}

const tests = await runTests(process.argv.slice(2));
console.log(`${tests.ok ? "ok    " : "FAILED"}  ${"tests".padEnd(20)}${secondsOf(tests.seconds).padStart(8)}`);
if (!tests.ok) failed.push("tests");
if (failed.length > 0) console.log(`\nfailed: ${failed.join(", ")}`);
console.log(tests.counts ?? "The tests did not finish: nothing to count.");
process.exitCode = failed.length === 0 ? 0 : 1;

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "regraft-check-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const { code, seconds } = await runNode([tools.vitest, "run", ...reporters, ...args], { show: true });
    return { ok: code === 0, seconds, counts: countsOf(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be loaded has no tests to count: it counts as one that failed. */
function countsOf(report) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return undefined;
  }
  const broken = result.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const skipped = result.numPendingTests + result.numTodoTests;
  return `${result.numPassedTests} passed, ${result.numFailedTests + broken.length} failed, ${skipped} skipped`;
}

import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import type { CompareResult } from "../../tasks/compare.ts";
import { comparisonLine, comparisonSummary } from "./compare.ts";
import { Terminal } from "./terminal.ts";

const around = (mean: number) => ({ mean, low: mean - 0.05, high: mean + 0.05 });

const result: CompareResult = {
  ...{ folder: "runs/a", classes: ["ants", "bees"], examples: { train: 20, val: 10 }, stopped: "done" },
  ...{ best: "head", take: "head", sure: 1, alike: [], reach: 0.85, seconds: 10, estimatedSeconds: 9 },
  ...{ sentence: "Take head: it gets 90.0% right.", reasons: ["It gets 90.0% right."], sizes: [], failed: [] },
  strategies: [
    {
      ...{ name: "head", about: "a new head", accuracy: around(0.9), loss: around(0.3), behind: around(0) },
      ...{ seconds: 10, peakBytes: 1e6, runs: [] },
    },
  ],
};

const shown = (one: CompareResult): string =>
  stripVTControlCharacters(comparisonSummary(one, new Terminal(new FakeConsole().stdout)).join("\n"));

test("a summary names the page where there is one", () => {
  expect(shown({ ...result, report: "runs/a/report.html" })).toContain("    report → runs/a/report.html\n");
  expect(shown(result)).not.toContain("report");
});

test("programs hear that there is no page, not that it is being written", () => {
  expect(comparisonLine({ type: "reporting" })).toBeUndefined();
  expect(comparisonLine({ type: "no-report", reason: "No room." })).toEqual({ type: "no-report", reason: "No room." });
});

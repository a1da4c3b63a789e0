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
  notes: ["A 95% interval holds the number in 95% of samples.", "The epoch with the lowest validation loss."],
  strategies: [
    {
      ...{
        name: "head",
        about: "a new head",
        steps: "15 epochs, learning rate 0.003",
        accuracy: around(0.9),
        loss: around(0.3),
        behind: around(0),
      },
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

test("a summary says what the numbers are, and how each strategy was trained", () => {
  const text = shown(result);
  for (const note of result.notes) expect(text).toContain(`    ${note}\n`);
  expect(text).toContain("95% interval");
  expect(text).toContain("  head  a new head: 15 epochs, learning rate 0.003\n");
});

test("programs hear that there is no page, not that it is being written", () => {
  expect(comparisonLine({ type: "reporting" })).toBeUndefined();
  expect(comparisonLine({ type: "no-report", reason: "No room." })).toEqual({ type: "no-report", reason: "No room." });
});

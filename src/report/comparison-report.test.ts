import { describe, expect, test } from "vitest";
import { exampleComparison, hostileComparison } from "../../test/fixtures/report.ts";
import { elementsOf } from "../../test/markup.ts";
import { renderComparisonReport } from "./comparison-report.ts";
import type { ComparisonReport } from "./data.ts";
import { points } from "./points.ts";

const example = exampleComparison();
const textsOf = (page: string, selector: string) => elementsOf(page, selector).map(({ textContent }) => textContent);
const sectionsOf = (page: string) => [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);

describe("a comparison's page", () => {
  test("has the verdict that it was given, and no other", async () => {
    const [worst] = [...example.strategies].sort((a, b) => a.accuracy.mean - b.accuracy.mean);
    const page = await renderComparisonReport({
      ...example,
      take: worst?.name ?? "",
      reasons: ["It was drawn by lot."],
    });
    expect(textsOf(page, "h1")).toEqual([`Take ${worst?.name}.`]);
    expect(textsOf(page, ".lead")).toEqual(["It was drawn by lot."]);
    expect(textsOf(page, "th:has(.tag) bdi")).toEqual([worst?.name]);
  });

  test("has a section for all there is", async () => {
    const page = await renderComparisonReport(example);
    expect(sectionsOf(page)).toEqual(["strategies", "curves", "less-data", "data", "settings", "again"]);
  });

  test("tells intervals as they were given", async () => {
    const [first, ...rest] = example.strategies;
    if (!first) throw new Error("the example has no strategy");
    const strategies = [
      { ...first, accuracy: { mean: 0.5, low: 0.4321, high: 0.6 }, behind: { mean: 0.1, low: -0.02, high: 0.2 } },
      ...rest,
    ];
    const page = await renderComparisonReport({ ...example, best: "full", strategies });
    expect(textsOf(page, "tbody tr")[0]).toMatch(/50\.0%43\.2% to 60\.0%[\d.]+ s10\.0−2\.0 to 20\.0/);
    expect(textsOf(page, "thead th")).toContain("Points behind full");
  });

  test("says what its numbers mean, and of which epoch each is", async () => {
    const page = await renderComparisonReport(example);
    expect(textsOf(page, ".notes p")).toEqual(example.notes);
    expect(textsOf(page, "#strategies details tbody tr")[0]).toMatch(/^head062\.7%1\.2437111\.7 s$/);
    expect(textsOf(page, "#strategies .full tbody th").join()).toContain("learning rate 0.001");
  });

  test("says that the folder is left out of the command, where one was named", async () => {
    expect(textsOf(await renderComparisonReport(example), "#again p")[0]).toContain("--out is left out");
    expect(textsOf(await renderComparisonReport({ ...example, settings: [] }), "#again p")[0]).not.toContain("--out");
  });

  test("of one seed says what that does not tell", async () => {
    const warning = "how far another would move it";
    const one: ComparisonReport = {
      ...example,
      strategies: example.strategies.map((strategy) => ({ ...strategy, runs: strategy.runs.slice(0, 1) })),
    };
    expect(await renderComparisonReport(one)).toContain(warning);
    expect(await renderComparisonReport(one)).not.toContain("single trainings");
    expect(await renderComparisonReport(example)).not.toContain(warning);
  });

  test("says that it was stopped, and which strategies came to nothing", async () => {
    const failed = [{ name: "scratch", reason: "The loss stopped being a finite number." }];
    const page = await renderComparisonReport({ ...example, status: "interrupted", failed });
    expect(textsOf(page, ".notice")).toEqual([
      "The comparison was stopped before its end, and is judged by what was done.",
    ]);
    expect(textsOf(page, "#strategies .findings li")).toEqual(["scratch: The loss stopped being a finite number."]);
  });

  test("has a learning curve of a strategy that was not done with all pictures", async () => {
    const { sizes = [], strategies } = hostileComparison();
    const page = await renderComparisonReport({ ...hostileComparison(), sizes, strategies: strategies.slice(0, 1) });
    expect(textsOf(page, "#less-data tbody th")).toHaveLength(2);
  });
});

test.each([
  [0.0312, "3.1"],
  [-0.0312, "−3.1"],
  [-0.0001, "0.0"],
])("%f is %s points", (share, text) => {
  expect(points(share)).toBe(text);
});

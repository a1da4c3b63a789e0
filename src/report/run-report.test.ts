import { describe, expect, test } from "vitest";
import { hostileComparison, hostileRun, runFiles } from "../../test/fixtures/report.ts";
import { elementsOf } from "../../test/markup.ts";
import { renderComparisonReport } from "./comparison-report.ts";
import type { RunReport } from "./data.ts";
import { pictureAddress } from "./picture-address.ts";
import { runReport } from "./run-folder-report.ts";
import { renderRunReport } from "./run-report.ts";

const plain = runReport(runFiles());
const sectionsOf = (page: string) => [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);

describe("a page", () => {
  test("of a run folder alone has what the folder tells", async () => {
    const page = await renderRunReport(plain);
    expect(sectionsOf(page)).toEqual(["training", "data", "settings", "again"]);
    expect(page).toContain("<title>flowers · Regraft</title>");
    expect(page).toContain('aria-label="Line chart of loss by epoch: validation from');
    expect(page).toContain("base unfrozen");
    expect(page).toMatch(/<th scope="row" class="number">11<\/th>/);
  });

  test("is the same each time", async () => {
    expect(await renderRunReport(plain)).toBe(await renderRunReport(plain));
  });

  test("fetches and runs nothing", async () => {
    for (const page of [await renderRunReport(hostileRun(3)), await renderComparisonReport(hostileComparison())]) {
      expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
      expect(elementsOf(page, "script, link, iframe, img, object, form")).toEqual([]);
      const attributes = elementsOf(page, "*").flatMap((element) => element.getAttributeNames());
      expect(attributes.filter((name) => name.startsWith("on") || name === "src")).toEqual([]);
      expect(page).not.toMatch(/="[^"]*NaN/);
    }
  });

  test("of many classes tells confusions as a list", async () => {
    expect(await renderRunReport(hostileRun(20))).toContain('<table class="matrix many">');
    const page = await renderRunReport(hostileRun(21));
    expect(page).not.toContain('<table class="matrix');
    expect(page).toContain("The most frequent confusions");
  });

  test("without an epoch, a validation or a picture is a page still", async () => {
    const bare: RunReport = { ...plain, history: [], phases: [], result: undefined, settings: [], versions: {} };
    const page = await renderRunReport({ ...bare, command: undefined, about: [], status: "failed", error: "Full." });
    expect(sectionsOf(page)).toEqual(["data"]);
    expect(page).toContain("The run failed.");
  });
});

describe("pictures of mistakes", () => {
  const mistake = (size: number) => {
    const bytes = new Uint8Array(size);
    bytes.set([0xff, 0xd8, 0xff, 0xe0]);
    return { name: "a.jpg", truth: "ant", predicted: "bee", score: 0.9, picture: pictureAddress(bytes) };
  };

  test("are shown as long as the page stays below 5 MB; the rest is listed", async () => {
    const page = await renderRunReport({ ...plain, mistakes: Array(20).fill(mistake(300_000)) });
    expect(page.length).toBeLessThan(5_000_000);
    expect(page.match(/<img /g)).toHaveLength(10);
    expect(page).toContain("10 more mistakes, without pictures");
  });

  test("are refused where they lie elsewhere", async () => {
    const elsewhere = { ...mistake(10), picture: "https://example.org/a.jpg" };
    await expect(renderRunReport({ ...plain, mistakes: [elsewhere] })).rejects.toThrow("must hold a PNG");
  });
});

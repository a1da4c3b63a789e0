import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderComparisonReport } from "../../src/report/comparison-report.ts";
import { renderRunReport } from "../../src/report/run-report.ts";
import { chromium, whyNoBrowser } from "../chromium.ts";
import { exampleComparison, exampleRun, hostileComparison, hostileRun } from "../fixtures/report.ts";

const [wide, phone] = [
  { width: 1280, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
] as const;

/** Pages, by what they are, and what they are looked at on. */
const pages = [
  { name: "a run", render: async () => renderRunReport(await exampleRun()), views: [wide, phone] },
  { name: "a comparison", render: () => renderComparisonReport(exampleComparison()), views: [wide, phone] },
  { name: "a run of hostile names", render: () => renderRunReport(hostileRun(20)), views: [phone] },
  { name: "a comparison of hostile names", render: () => renderComparisonReport(hostileComparison()), views: [phone] },
] as const;

describe.skipIf(chromium === undefined)(`reports in a browser (${chromium ?? whyNoBrowser})`, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "regraft-report-"));
    // As root, in a container, there is no sandbox to be had.
    const chromiumSandbox = process.getuid?.() !== 0;
    browser = await playwright.launch({ executablePath: chromium ?? "", chromiumSandbox });
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  describe.each(pages)("$name", ({ name, render, views }) => {
    const file = () => join(folder, `${name.replaceAll(" ", "-")}.html`);
    beforeAll(async () => writeFile(file(), await render()));

    test.each(views)("is accessible, fits, and keeps to itself: $width px, $colorScheme", async (view) => {
      const context = await browser.newContext({
        viewport: { width: view.width, height: 800 },
        colorScheme: view.colorScheme,
      });
      const page = await context.newPage();
      const told = listen(page);
      await page.goto(pathToFileURL(file()).href);
      await page.evaluate(openAll);
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      await page.evaluate(axe.source);
      expect(violations(await page.evaluate(runAxe))).toEqual([]);
      expect(told.requests).toEqual([pathToFileURL(file()).href]);
      expect(told.messages).toEqual([]);
      await context.close();
    });
  });

  test("is walked through by keys: the skip link first, then what can be opened and moved", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    const page = await context.newPage();
    await page.setContent(await renderComparisonReport(exampleComparison()));
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the results");
    expect(await page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("scroll");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    await page.keyboard.press("ArrowRight");
    // not waitForFunction: where it waits, it evaluates text, which the page's policy forbids
    await expect.poll(() => page.evaluate("document.activeElement.scrollLeft > 0")).toBe(true);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.querySelector('details').open")).toBe(true);
    await context.close();
  });
});

function listen(page: Page): { readonly requests: readonly string[]; readonly messages: readonly string[] } {
  const [requests, messages]: [string[], string[]] = [[], []];
  page.on("request", (request) => request.url().startsWith("data:") || requests.push(request.url()));
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  page.on("dialog", (dialog) => messages.push(dialog.message()));
  return { requests, messages };
}

// What runs in the page is text: the tests know no browser's types.
const openAll = "for (const one of document.querySelectorAll('details')) one.open = true";
const overflow = "document.documentElement.scrollWidth - innerWidth";
const runAxe = "axe.run({ resultTypes: ['violations'] })";

/** Every rule of axe, "best practices" too. */
const violations = (results: unknown): readonly string[] =>
  (results as axe.AxeResults).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  );

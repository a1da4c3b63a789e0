import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import type { DataHealth, HealthFile } from "../../data/health/data-health.ts";
import { healthLines } from "./health.ts";
import { Terminal } from "./terminal.ts";

const file = (name: string, more: Partial<HealthFile> = {}): HealthFile => ({
  ...{ split: "train", class: "ants", name: `ants/${name}`, path: `/data/train/ants/${name}` },
  ...more,
});

const health: DataHealth = {
  data: "photos",
  depth: "pictures",
  splits: [
    { name: "train", folder: "photos", pictures: 1200 },
    { name: "val", folder: "photos", heldOut: 0.2, pictures: 300 },
  ],
  classes: Array.from({ length: 15 }, (_, at) => ({ name: `class-${at}`, pictures: { train: 80, val: 20 } })),
  pictures: 1500,
  sizes: { width: { min: 100, median: 500, max: 900 }, height: { min: 375, median: 375, max: 375 } },
  findings: [
    {
      ...{ severity: "warning", code: "unreadable", sentence: "6 pictures cannot be read.", hint: "Remove them." },
      classes: [],
      files: Array.from({ length: 6 }, (_, at) => file(`${at}.jpg`, { detail: "cut off" })),
    },
    {
      ...{ severity: "note", code: "copies", sentence: "4 pictures are there twice.", hint: "Keep one of each." },
      classes: [],
      files: [0, 1, 2, 3].flatMap((group) => [file(`a${group}.jpg`, { group }), file(`b${group}.jpg`, { group })]),
    },
  ],
};

function text({ all = false, of = health, columns = 80, isTTY = false } = {}): string {
  const terminal = new Terminal(new FakeConsole({ isTTY, columns }).stdout);
  return stripVTControlCharacters(healthLines(of, { all, terminal }).join("\n"));
}

describe("the health of data", () => {
  it("is counts, findings with a few files each, and a verdict", () => {
    const shown = text();
    expect(shown).toMatch(/\n {2}class-11 +80 +20\n/);
    expect(shown).toContain("and 3 more classes");
    expect(shown).not.toContain("class-12");
    expect(shown).toMatch(/\n {2}pictures +1,200 +300\n/);
    expect(shown).toContain(
      "  val: 20.0% of each class, drawn by the seed\n  median 500 × 375 pixels; 100 to 900 wide, all 375 high",
    );
    expect(shown).toContain(`
  ! 6 pictures cannot be read.
      train/ants/0.jpg  cut off
      train/ants/1.jpg  cut off
      train/ants/2.jpg  cut off
      train/ants/3.jpg  cut off
      and 2 more: --all lists them
    → Remove them.
`);
    expect(shown).toContain("  ! fit to train on, with care: 1 warning, 1 note");
  });

  it("shows copies group by group", () => {
    expect(text()).toContain(`
  · 4 pictures are there twice.
    • train/ants/a0.jpg
      train/ants/b0.jpg
    • train/ants/a1.jpg
      train/ants/b1.jpg
    • train/ants/a2.jpg
      train/ants/b2.jpg
      and 2 more: --all lists them
    → Keep one of each.
`);
  });

  it("shows of many copies one in each split first", () => {
    const many = Array.from({ length: 9 }, (_, at) => file(`${at}.jpg`, { group: 0 }));
    const files = [...many, file("other.jpg", { group: 0, split: "val" })];
    const [finding] = health.findings;
    const shown = text({ of: { ...health, findings: finding ? [{ ...finding, files }] : [] } });
    expect(shown).toContain("    • train/ants/0.jpg\n      val/ants/other.jpg\n      train/ants/1.jpg\n");
  });

  it("lists every class and file where that is asked for", () => {
    const shown = text({ all: true });
    expect(shown).toContain("class-14");
    expect(shown).toContain("train/ants/5.jpg");
    expect(shown).toContain("train/ants/b3.jpg");
    expect(shown).not.toContain("more");
  });

  it("breaks long sentences where a person reads, and nowhere else", () => {
    const [finding] = health.findings;
    const long = { ...health, findings: finding ? [{ ...finding, sentence: "word ".repeat(40).trim() }] : [] };
    const widest = (shown: string) => Math.max(...shown.split("\n").map(({ length }) => length));
    expect(widest(text({ of: long, isTTY: true, columns: 60 }))).toBeLessThanOrEqual(60);
    expect(text({ of: long })).toContain("word ".repeat(40).trim());
  });

  it("says that all is well", () => {
    expect(text({ of: { ...health, findings: [] } })).toContain("  ✓ fit to train on: 1,500 pictures\n");
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeConsole } from "../../test/cli-console.ts";
import { drawnPictures, writePictures } from "../../test/fixtures/pictures.ts";
import { nodeStore } from "../store/node/node-store.ts";
import { commands } from "./commands.ts";
import { runCli } from "./run-cli.ts";

const store = nodeStore();
let folder: string;
let leaking: string;
let few: string;

/** Few pictures, which is a warning; and the same with a copy of a training picture in val, an error. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "regraft-check-"));
  few = join(folder, "few");
  leaking = join(folder, "leaking");
  for (const root of [few, leaking]) {
    await writePictures(store, join(root, "train"), drawnPictures({ perClass: 6, seed: 1, size: 64 }));
    await writePictures(store, join(root, "val"), drawnPictures({ perClass: 5, seed: 2, size: 64 }));
  }
  const bytes = await store.read(join(leaking, "train", "crescent", "0.png"));
  await store.write(join(leaking, "val", "crescent", "copy.png"), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function check(...argv: readonly string[]) {
  const console = new FakeConsole();
  const code = await runCli(["check", ...argv], { commands, version: "1.2.3", console });
  return { code, console };
}

test("a copy in both splits is shown, and fails", async () => {
  const { code, console } = await check(leaking);
  expect([code, console.errors]).toEqual([1, ""]);
  expect(console.output).toContain(`
  ✗ 1 picture, in 2 files, is in two splits, byte for byte.
    • train/crescent/0.png   64 × 64 pixels
      val/crescent/copy.png  64 × 64 pixels
    → Keep each on one side only`);
  expect(console.output).toContain("  ✗ this would spoil training: 1 error, 1 warning\n");
});

test("warnings fail where that is asked for", async () => {
  expect((await check(few)).code).toBe(0);
  expect((await check(few, "--strict")).code).toBe(1);
});

test("--json gives an object per finding, and the counts last", async () => {
  const { code, console } = await check(leaking, "--json");
  expect(code).toBe(1);
  expect(console.objects).toMatchObject([
    { type: "finding", severity: "error", code: "copies-across-splits", files: [{ split: "train" }, { split: "val" }] },
    { type: "finding", severity: "warning", code: "few-pictures", classes: ["crescent", "flower"], files: [] },
    { type: "result", data: leaking, depth: "pictures", pictures: 23, errors: 1, warnings: 1, notes: 0 },
  ]);
  expect(console.objects.at(-1)).not.toHaveProperty("findings");
});

test("a folder that is not there is an error of its own", async () => {
  const { code, console } = await check(join(folder, "gone"));
  expect(code).toBe(1);
  expect(console.errors).toContain("no-such-folder");
});

test("a wrong fraction is wrong usage", async () => {
  expect((await check(few, "--val", "1.5")).code).toBe(2);
});

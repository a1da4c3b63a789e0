import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOnly, whyNoDisks } from "../../../test/fixtures/disks.ts";
import { makeFolders } from "./make-folders.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "regraft-folders-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("makes all that are missing, once", async () => {
  await makeFolders(join(folder, "a", "b", "c"));
  await makeFolders(join(folder, "a", "b", "c"));
  expect(statSync(join(folder, "a", "b", "c")).isDirectory()).toBe(true);
});

test("says that a file stands in the way", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolders(join(folder, "file", "a", "b"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.skipIf(whyNoDisks)(`says that the disk is read-only, however deep (${whyNoDisks ?? "mounted"})`, async () => {
  const release = readOnly(folder);
  try {
    for (const path of [join(folder, "a"), join(folder, "a", "b", "c")]) {
      await expect(makeFolders(path)).rejects.toMatchObject({ code: "EROFS" });
    }
    await makeFolders(folder);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    release();
  }
});

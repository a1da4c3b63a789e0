import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readOnly, smallDisk, whyNoDisks } from "../../../test/fixtures/disks.ts";
import { elsewhere } from "../../../test/fixtures/elsewhere.ts";
import { nodeStore } from "./node-store.ts";

const failure = vi.hoisted(() => ({ code: "" }));
vi.mock("fs-native-extensions", async (real) => {
  const { tryLock } = await real<{ tryLock: (fd: number) => boolean }>();
  return {
    tryLock: (fd: number) => {
      if (failure.code) throw Object.assign(new Error("no"), { code: failure.code });
      return tryLock(fd);
    },
  };
});

const store = nodeStore();
let folder: string;
let path: string;
beforeEach(() => {
  failure.code = "";
  folder = mkdtempSync(join(tmpdir(), "regraft-lock-"));
  path = join(folder, "x.regraft-lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a lock that another process holds", () => {
  test("is refused with who that is, and free as soon as the process is killed", async () => {
    const other = elsewhere("hold-lock.ts", [path]);
    expect(await other.line()).toBe("held");
    await expect(store.lock(path, { what: "runs/x" })).rejects.toMatchObject({
      code: "in-use",
      message: expect.stringMatching(
        new RegExp(
          `^"runs/x" is being written by process ${other.pid} on ${hostname()}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\.$`,
        ),
      ),
    });
    await other.kill();
    expect(existsSync(path)).toBe(true);
    await (await store.lock(path)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("keeps processes apart that take turns, however often", async () => {
    const file = join(folder, "count");
    writeFileSync(file, "0");
    const three = [1, 2, 3].map(() => elsewhere("count-under-lock.ts", [path, file, "60"]));
    expect(await Promise.all(three.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    expect(readFileSync(file, "utf8")).toBe("180");
    expect(readdirSync(folder)).toEqual(["count"]);
  });
});

describe("the file of a lock", () => {
  test("says who holds it", async () => {
    const lock = await store.lock(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      pid: process.pid,
      host: hostname(),
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    await lock.release();
  });

  test("shows nobody what it should not hold", async () => {
    const lock = await store.lock(path);
    writeFileSync(path, JSON.stringify({ pid: 7, host: "\u001b[31mevil", since: "2026-01-31T14:25:30.123Z" }));
    await expect(store.lock(path)).rejects.toMatchObject({ message: `"${path}" is being written by another process.` });
    await lock.release();
  });

  test("is no way to another file", async () => {
    writeFileSync(join(folder, "thesis.txt"), "years of work");
    symlinkSync(join(folder, "thesis.txt"), path);
    await expect(store.lock(path)).rejects.toMatchObject({ code: "write-failed" });
    expect(readFileSync(join(folder, "thesis.txt"), "utf8")).toBe("years of work");
  });

  test("that somebody has removed meanwhile is not missed, nor that of who came after", async () => {
    const lock = await store.lock(path);
    rmSync(path);
    const next = await store.lock(path);
    await lock.release();
    expect(readdirSync(folder)).toEqual(["x.regraft-lock"]);
    await next.release();
  });
});

describe("a disk", () => {
  test.each(["ENOLCK", "ENOTSUP"])("without locks is told of (%s), and no file is held open", async (code) => {
    failure.code = code;
    await expect(store.lock(path)).rejects.toMatchObject({
      code: "write-failed",
      message: `${path} cannot be locked: ${code}.`,
      hint: expect.stringContaining("another disk"),
    });
  });

  test.skipIf(whyNoDisks)(`that is read-only is told of (${whyNoDisks ?? "mounted"})`, async () => {
    const release = readOnly(folder);
    try {
      await expect(store.lock(path)).rejects.toMatchObject({
        code: "write-failed",
        message: `${path} cannot be written: EROFS.`,
        hint: expect.stringContaining("read-only"),
      });
    } finally {
      release();
    }
  });

  test.skipIf(whyNoDisks)(
    `that is full is told of, and keeps no file of ours (${whyNoDisks ?? "mounted"})`,
    async () => {
      const disk = smallDisk(200_000);
      try {
        disk.fill();
        await expect(store.lock(join(disk.folder, "lock"))).rejects.toMatchObject({ code: "disk-full" });
        expect(readdirSync(disk.folder)).toEqual([".ballast"]);
      } finally {
        disk.remove();
      }
    },
  );
});

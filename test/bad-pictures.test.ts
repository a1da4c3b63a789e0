import { fork } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BadKind, Fate } from "./fixtures/bad-pictures/bad-picture.ts";
import { badPictures } from "./fixtures/bad-pictures/corpus.ts";
import { lockedFiles, type OddFiles, oddFiles, writeOddFiles } from "./fixtures/bad-pictures/odd-files.ts";
import { oddNames } from "./fixtures/bad-pictures/odd-names.ts";
import { pixelBombs } from "./fixtures/bad-pictures/oversized.ts";
import type { Ending, Order, Report } from "./fixtures/bad-pictures/reading-process.ts";
import { height, picture, width } from "./fixtures/bad-pictures/sources.ts";

const script = fileURLToPath(new URL("./fixtures/bad-pictures/reading-process.ts", import.meta.url));
const loader = fileURLToPath(new URL("./load-typescript.js", import.meta.url));

/** Above what the process holds before its first picture. The largest picture that is read has 300 MB as RGB bytes. */
const mostMegabytes = 1500;

let root = "";
let odd: OddFiles | undefined;
let kinds: readonly BadKind[] = [];
let report: Report;

/** Reads everything in a process of its own, so that a crash would be seen and its memory can be measured. */
function reported(order: Order): Promise<Report> {
  return new Promise((resolve, reject) => {
    const child = fork(script, { execArgv: ["--import", loader], serialization: "advanced" });
    child.once("message", (message: Report) => resolve(message));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`the process ended with ${signal ?? code}`)));
    child.send(order);
  });
}

const endings = (): ReadonlyMap<string, Ending> => new Map(report.endings.map((ending) => [ending.name, ending]));

/** What was told is what should be told. */
function isAsExpected(ending: Ending | undefined, fate: Fate): boolean {
  if (!ending) return false;
  if ("size" in fate) return "size" in ending && ending.size.join() === fate.size.join();
  return "reason" in ending && ending.code === "unreadable-image" && fate.refused.test(ending.reason);
}

describe.skipIf(process.platform !== "linux")("a folder of bad pictures (made of Linux' own kinds of files)", () => {
  /** `<root>/spoilt/<kind>/<file>`, `<root>/odd/names/<file>` and `<root>/odd/files/<file>`: two classes, read in one go. */
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "regraft-bad-pictures-"));
    await chmod(root, 0o755);
    kinds = [...(await badPictures()), await pixelBombs()];
    for (const { kind, pictures } of kinds) {
      await mkdir(join(root, "data", "spoilt", kind), { recursive: true });
      for (const { name, bytes } of pictures) await writeFile(join(root, "data", "spoilt", kind, name), bytes);
    }
    const good = await picture().png().toBuffer();
    const names = join(root, "data", "odd", "names");
    await mkdir(names, { recursive: true });
    for (const name of Object.values(oddNames)) {
      await writeFile(
        typeof name === "string" ? join(names, name) : Buffer.concat([Buffer.from(`${names}/`), name]),
        good,
      );
    }
    odd = await writeOddFiles(join(root, "data", "odd", "files"), join(root, "outside"), good);
    report = await reported({ folder: join(root, "data"), classes: ["odd", "spoilt"] });
  }, 300_000);
  afterAll(async () => {
    await odd?.close();
    await rm(root, { recursive: true, force: true });
  });

  test("is read to its end: each file gives its picture, or a reason under its name", () => {
    const found = endings();
    const wrong = kinds.flatMap(({ kind, pictures }) =>
      pictures.flatMap(({ name, fate }) => {
        const ending = found.get(`spoilt/${kind}/${name}`);
        return isAsExpected(ending, fate) ? [] : [{ kind, name, fate, ending }];
      }),
    );
    expect(wrong).toEqual([]);
    expect(kinds.flatMap(({ pictures }) => pictures).length).toBeGreaterThan(180);
  });

  test("may have names in any script; only one that is not UTF-8 cannot be opened, and says so", () => {
    const found = endings();
    for (const name of Object.values(oddNames)) {
      if (typeof name !== "string") continue;
      expect(found.get(`odd/names/${name}`)).toMatchObject({ size: [width, height] });
    }
    const marked = report.endings.filter(({ name }) => name.includes("\ufffd"));
    expect(marked).toHaveLength(2);
    for (const ending of marked)
      expect(ending).toMatchObject({ reason: expect.stringMatching(/or its name is not UTF-8\.$/) });
  });

  test("may hold pipes, sockets, devices, links in circles and out of it: nothing is waited for", () => {
    const found = endings();
    for (const [name, reason] of Object.entries({ ...oddFiles, ...lockedFiles })) {
      expect(found.get(`odd/files/${name}`), name).toMatchObject({
        code: "unreadable-image",
        reason: expect.stringMatching(reason),
      });
    }
    for (const name of odd?.readable ?? []) {
      expect(found.get(`odd/files/${name}`), name).toMatchObject({ size: [width, height] });
    }
    // Up a link and down again is the same folder: nothing comes twice.
    expect(report.endings.filter(({ name }) => name.endsWith("inside.png"))).toHaveLength(1);
  });

  test("tells nothing of what a link outside leads to", () => {
    expect(JSON.stringify(report)).not.toContain("hf_abc");
  });

  test("is told of by the check in the same words", () => {
    const refused = report.endings.filter((ending) => "reason" in ending).map(({ name }) => name);
    expect([...report.unreadable].sort()).toEqual([...refused].sort());
  });

  test("takes no more memory than one of the largest pictures does", () => {
    const { before, after } = report.peakMegabytes;
    expect(after - before).toBeGreaterThan((9000 ** 2 * 3) / 2 ** 20);
    expect(after - before).toBeLessThan(mostMegabytes);
    if (process.env.REGRAFT_FIGURES)
      console.info({ files: report.endings.length, refused: report.unreadable.length, ...report.peakMegabytes });
  });
});

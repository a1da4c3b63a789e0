import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ifFree, locked } from "./lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "regraft-lock-"));
  path = join(folder, "locks", "one");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pace = { lookAgainMs: 2, touchMs: 1, unchangedLooks: 20 };
/** A number that no process has. */
const dead = 4194999;

/** What a lock of ours says, with another process in it. */
async function markOf(change: (parts: string[]) => void): Promise<string> {
  const own = await locked(path, async () => readFileSync(path, "utf8"));
  const parts = own.split(" ");
  change(parts);
  return parts.join(" ");
}

/** As another process would have left it. */
async function left(text: string): Promise<void> {
  await locked(path, async () => {});
  writeFileSync(path, text);
}

describe("work under a lock", () => {
  test("is done by one at a time, and leaves nothing", async () => {
    let running = 0;
    const most: number[] = [];
    const work = async () => {
      most.push(++running);
      await wait(5);
      running--;
    };
    await Promise.all([1, 2, 3].map(() => locked(path, work, { pace })));
    expect(most).toEqual([1, 1, 1]);
    expect(readdirSync(join(folder, "locks"))).toEqual([]);
  });

  test("gives what it gives, and frees the lock when it fails", async () => {
    expect(await locked(path, async () => 7)).toBe(7);
    await expect(locked(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(join(folder, "locks"))).toEqual([]);
  });

  test("does not free a lock that is another's by now", async () => {
    await locked(path, async () => writeFileSync(path, "1 elsewhere other"));
    expect(readFileSync(path, "utf8")).toBe("1 elsewhere other");
  });
});

describe("a lock that was left behind", () => {
  test.each<[string, (parts: string[]) => void]>([
    ["by a process that has died", (parts) => parts.splice(0, 1, String(dead))],
    ["by one that had a number which another has now", (parts) => parts.splice(1, 1, "1")],
    ["where processes are counted otherwise, with a date that stays", (parts) => parts.splice(2, 1, "elsewhere")],
    ["without a name", (parts) => parts.splice(0)],
  ])("%s", async (_, change) => {
    await left(await markOf(change));
    expect(await locked(path, async () => readFileSync(path, "utf8"), { pace })).toContain(`${process.pid} `);
    expect(readdirSync(join(folder, "locks"))).toEqual([]);
  });

  test("is given to one of those who wait, every time", async () => {
    let running = 0;
    const work = async () => {
      expect(++running).toBe(1);
      await wait(0);
      running--;
    };
    const mark = await markOf((parts) => parts.splice(0, 1, String(dead)));
    for (let round = 0; round < 60; round++) {
      writeFileSync(path, mark);
      await Promise.all(
        Array.from({ length: 8 }, () => locked(path, work, { pace: { ...pace, unchangedLooks: 1e9 } })),
      );
      expect(readdirSync(join(folder, "locks"))).toEqual([]);
    }
  });

  test("by one that died while it took it away", async () => {
    const mark = await markOf((parts) => parts.splice(0, 1, String(dead)));
    await left(mark);
    writeFileSync(`${path}.taking`, mark);
    await locked(path, async () => {}, { pace });
    expect(readdirSync(join(folder, "locks"))).toEqual([]);
  });
});

test("what is not waited for is not done while somebody else holds the lock", async () => {
  const outcomes = await locked(path, async () => [await ifFree(path, async () => 1)]);
  expect(outcomes).toEqual([undefined]);
  expect(await ifFree(path, async () => 2)).toBe(2);
  await left(await markOf((parts) => parts.splice(0, 1, String(dead))));
  expect(await ifFree(path, async () => 3)).toBe(3);
});

describe("a lock that is held elsewhere", () => {
  test("is waited for while its date changes, however old that is", async () => {
    await left("1 elsewhere x");
    let seconds = 1;
    const touching = setInterval(() => utimesSync(path, seconds, seconds++), 1);
    let isTaken = false;
    const taking = locked(path, async () => (isTaken = true), { pace });
    await wait(200);
    expect(isTaken).toBe(false);
    clearInterval(touching);
    await taking;
  });

  test("gets a new date while we hold it", async () => {
    const dates = await locked(
      path,
      async () => {
        utimesSync(path, 1, 1);
        for (let look = 0; look < 500; look++) {
          await wait(2);
          const { mtimeMs } = statSync(path);
          if (mtimeMs > 1000) return mtimeMs;
        }
        return 0;
      },
      { pace },
    );
    expect(dates).toBeGreaterThan(1000);
  });

  test("is not waited for once nobody wants it", async () => {
    await left("1 elsewhere x");
    const signal = { aborted: false };
    const taking = locked(path, async () => {}, { signal, pace: { ...pace, unchangedLooks: 1e9 } });
    signal.aborted = true;
    await expect(taking).rejects.toMatchObject({ code: "interrupted" });
    expect(readFileSync(path, "utf8")).toBe("1 elsewhere x");
  });
});

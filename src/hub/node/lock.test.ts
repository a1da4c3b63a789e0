import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { locked } from "./lock.ts";

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
  test.each([
    ["by a process that has died", () => `${dead} ${hostname()} x`],
    ["by one that had this one's number, as in a container", () => `${process.pid} ${hostname()} x`],
    ["on another machine, with a date that stays", () => `${process.pid} elsewhere x`],
    ["without a name", () => ""],
  ])("%s", async (_, text) => {
    await left(text());
    expect(await locked(path, async () => readFileSync(path, "utf8"), { pace })).toContain(`${process.pid} `);
    expect(readdirSync(join(folder, "locks"))).toEqual([]);
  });

  test("is given to one of those who wait", async () => {
    await left(`${dead} ${hostname()} x`);
    let running = 0;
    const work = async () => {
      expect(++running).toBe(1);
      await wait(3);
      running--;
    };
    await Promise.all(Array.from({ length: 8 }, () => locked(path, work, { pace })));
  });
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

import { expect, it } from "vitest";
import { weightedTurns } from "./weighted-turns.ts";

/** Tasks that end when they are told to; `log` says which began. */
function tasks(most: number) {
  const inTurn = weightedTurns(most);
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, weight: number) =>
    inTurn(weight, async () => {
      log.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { log, start, end };
}

it("runs side by side what fits, and the rest in its order", async () => {
  const { log, start, end } = tasks(10);
  const all = [start("a", 4), start("b", 6), start("c", 5), start("d", 1)];
  expect(log).toEqual(["a", "b"]);
  await end("a");
  expect(log).toEqual(["a", "b"]);
  await end("b");
  expect(log).toEqual(["a", "b", "c", "d"]);
  await end("c");
  await end("d");
  expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
});

it("runs alone what is heavier than all that is allowed", async () => {
  const { log, start, end } = tasks(10);
  const all = [start("light", 1), start("heavy", 100), start("later", 1)];
  expect(log).toEqual(["light"]);
  await end("light");
  expect(log).toEqual(["light", "heavy"]);
  await end("heavy");
  expect(log).toEqual(["light", "heavy", "later"]);
  await end("later");
  await Promise.all(all);
});

it("gives the place of a task that fails to the next", async () => {
  const inTurn = weightedTurns(1);
  const failed = inTurn(1, () => Promise.reject(new Error("no")));
  const next = inTurn(1, async () => "done");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
});

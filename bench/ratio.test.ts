import { expect, test } from "vitest";
import { best, ratio } from "./ratio.ts";

const rounds = (...values: readonly number[]) => new Map(values.map((value, at) => [at + 1, value] as const));

test("a ratio is told round by round: the median, and how far the rounds lie apart", () => {
  expect(ratio(rounds(90, 120, 100), rounds(100, 100, 100))).toEqual({ median: 1, least: 0.9, most: 1.2, rounds: 3 });
});

test("a slow round of the machine is in both numbers and not in the ratio", () => {
  expect(ratio(rounds(100, 300), rounds(200, 600))).toEqual({ median: 0.5, least: 0.5, most: 0.5, rounds: 2 });
});

test("a round that one of them lacks does not count", () => {
  expect(ratio(new Map([[2, 50]]), rounds(100, 200))).toEqual({ median: 0.25, least: 0.25, most: 0.25, rounds: 1 });
  expect(ratio(new Map(), rounds(100))).toBeUndefined();
});

test("the best is who has the least median, not the luckiest round", () => {
  const measured = new Map([
    ["steady", rounds(100, 100, 100)],
    ["lucky", rounds(60, 110, 110)],
    ["absent", rounds()],
  ]);
  expect(best(measured)).toBe("steady");
  expect(best(new Map())).toBeUndefined();
});

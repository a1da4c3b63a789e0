import { expect, test } from "vitest";
import { random } from "../base/random.ts";
import { balancedOrder } from "./balanced-order.ts";

/** 20 of class 0, 3 of class 1, 7 of class 2. */
const labels = [...Array<number>(20).fill(0), ...Array<number>(3).fill(1), ...Array<number>(7).fill(2)];
const indices = labels.map((_, at) => at);
const labelOf = (index: number) => labels[index] ?? -1;
const epoch = (at: number, which: readonly number[] = indices) =>
  balancedOrder(which, { labelOf, rng: random(3).fork("epoch", at) });

function timesOf(items: readonly number[]): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const item of items) times.set(item, (times.get(item) ?? 0) + 1);
  return times;
}

test("an epoch has as many examples as there are, and as many of each class", () => {
  const order = epoch(1);
  expect(order.length).toBe(30);
  expect([...timesOf(order.map(labelOf)).values()]).toEqual([10, 10, 10]);
});

test("examples of a class come as evenly as can be", () => {
  const times = timesOf(epoch(1));
  const of = (label: number) => indices.filter((at) => labels[at] === label).map((at) => times.get(at) ?? 0);
  expect(of(0).sort()).toEqual([...Array<number>(10).fill(0), ...Array<number>(10).fill(1)]);
  expect(of(1).sort()).toEqual([3, 3, 4]);
  expect(of(2).sort()).toEqual([1, 1, 1, 1, 2, 2, 2]);
});

test("is the same for the same seed and epoch, and another in the next: over epochs all are seen", () => {
  expect(epoch(5)).toEqual(epoch(5));
  expect(epoch(5)).not.toEqual(epoch(6));
  const seen = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((at) => epoch(at)));
  expect(seen.size).toBe(30);
});

test("what cannot be divided goes to other classes in other epochs", () => {
  const most = [1, 2, 3, 4, 5, 6].map((at) => {
    const counts = timesOf(epoch(at, indices.slice(0, 28)).map(labelOf));
    expect([...counts.values()].sort((a, b) => a - b)).toEqual([9, 9, 10]);
    return [...counts].find(([, count]) => count === 10)?.[0];
  });
  expect(new Set(most).size).toBeGreaterThan(1);
});

test("a class of which nothing can be read is left out, and no example is no order", () => {
  const rest = indices.filter((at) => labels[at] !== 1);
  expect([...timesOf(epoch(1, rest).map(labelOf)).keys()].sort()).toEqual([0, 2]);
  expect(epoch(1, [])).toEqual([]);
});

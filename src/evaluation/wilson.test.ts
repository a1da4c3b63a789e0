import { expect, test } from "vitest";
import { wilson } from "./wilson.ts";

test.each([
  [148, 153, 0.9257868, 0.9859619],
  [10, 10, 0.7224672, 1],
  [0, 4, 0, 0.4898908],
])("%d of %d right: scipy's binomtest(…).proportion_ci(method='wilson')", (right, count, low, high) => {
  const interval = wilson(right, count);
  expect(interval.low).toBeCloseTo(low, 6);
  expect(interval.high).toBeCloseTo(high, 6);
});

import { expect, test } from "vitest";
import { estimate, wilson } from "./estimate.ts";

test("estimate is scipy's mean and Student's interval", () => {
  const { mean, interval, count } = estimate([0.961, 0.98, 0.967]);
  expect([mean, interval?.low, interval?.high]).toBeAllclose([0.9693333, 0.9452061, 0.9934606], { rtol: 1e-5 });
  expect(count).toBe(3);
});

test("one measurement has no interval, equal ones a narrow one", () => {
  expect(estimate([0.5])).toEqual({ mean: 0.5, interval: undefined, count: 1 });
  expect(estimate([0.5, 0.5]).interval).toEqual({ low: 0.5, high: 0.5 });
});

test.each([
  [148, 153, 0.9257868, 0.9859619],
  [10, 10, 0.7224672, 1],
  [0, 4, 0, 0.4898908],
])("%d of %d right: scipy's binomtest(…).proportion_ci(method='wilson')", (right, count, low, high) => {
  const interval = wilson(right, count);
  expect(interval.low).toBeCloseTo(low, 6);
  expect(interval.high).toBeCloseTo(high, 6);
});

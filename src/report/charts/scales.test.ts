import { describe, expect, test } from "vitest";
import { isSpiked, ratioScale, shareScale } from "./scales.ts";

describe("an axis of shares", () => {
  test.each([
    [0.276, 1, [0.2, 0.4, 0.6, 0.8, 1]],
    [0.5, 1, [0.5, 0.6, 0.7, 0.8, 0.9, 1]],
    [0.97, 1, [0.97, 0.98, 0.99, 1]],
    [0.332, 0.916, [0.2, 0.4, 0.6, 0.8, 1]],
    [0.81, 0.93, [0.8, 0.85, 0.9, 0.95]],
    [0, 0, [0, 0.01]],
    [1, 1, [0.99, 1]],
  ])("from %f to %f has a number at both ends", (low, high, ticks) => {
    expect(shareScale(low, high)).toMatchObject({ ticks, domain: [ticks[0], ticks.at(-1)] });
  });
});

test("one value far above the others is a spike, unless one is 0, which has no logarithm", () => {
  expect(isSpiked([0.4, 0.5, 0.6, 1])).toBe(false);
  expect(isSpiked([0.4, 0.5, 0.6, 7.5])).toBe(true);
  expect(isSpiked([0, 0.5, 0.6, 7.5])).toBe(false);
});

test("an axis of ratios ends at a 1, 2 or 5", () => {
  expect(ratioScale([0.36, 7.47])).toMatchObject({ domain: [0.2, 10], ticks: [0.2, 0.5, 1, 2, 5, 10] });
  expect(ratioScale([0.00004, 7000]).ticks).toEqual([0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000]);
});

import { expect, test } from "vitest";
import { mean, sum } from "./sums.ts";

test("sums and means", () => {
  expect([sum([1, 2, 3]), mean([1, 2, 3]), sum([])]).toEqual([6, 2, 0]);
  expect(mean([])).toBeNaN();
});

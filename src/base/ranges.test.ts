import { expect, test } from "vitest";
import { numbersIn, rangesOf } from "./ranges.ts";

test.each([
  { numbers: [], ranges: [] },
  { numbers: [4], ranges: [[4, 4]] },
  {
    numbers: [0, 1, 2, 5, 7, 8],
    ranges: [
      [0, 2],
      [5, 5],
      [7, 8],
    ],
  },
] as const)("$numbers are $ranges, and back", ({ numbers, ranges }) => {
  expect(rangesOf(numbers)).toEqual(ranges);
  expect(numbersIn(ranges)).toEqual(numbers);
});

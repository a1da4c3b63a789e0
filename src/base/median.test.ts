import { expect, test } from "vitest";
import { median } from "./median.ts";

test.each([
  [[3], 3],
  [[10, 2, 3], 3],
  [[4, 1, 100, 2], 3],
  [[], 0],
])("of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

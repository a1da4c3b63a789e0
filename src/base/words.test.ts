import { expect, test } from "vitest";
import { bytes } from "./words.ts";

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [14_012_345, "14.0 MB"],
  [99_960_000, "100 MB"],
  [140_400_000, "140 MB"],
  [2_140_000_000, "2.1 GB"],
  [5e15, "5000 TB"],
])("%d is %s", (size, text) => {
  expect(bytes(size)).toBe(text);
});

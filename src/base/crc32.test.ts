import { expect, test } from "vitest";
import { crc32 } from "./crc32.ts";
import { utf8 } from "./utf8.ts";

// zlib.crc32 of Python's
test.each([
  ["", 0],
  ["123456789", 0xcbf43926],
  ["The quick brown fox jumps over the lazy dog", 0x414fa339],
])("of %j is zlib's", (text, sum) => {
  expect(crc32(utf8.encode(text))).toBe(sum);
});

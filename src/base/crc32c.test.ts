import { expect, test } from "vitest";
import { crc32c, crc32cOf } from "./crc32c.ts";
import { utf8 } from "./utf8.ts";

test.each([
  ["nothing", new Uint8Array(), 0],
  ["32 zeros", new Uint8Array(32), 0x8a9136aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["0 to 31", Uint8Array.from({ length: 32 }, (_, at) => at), 0x46dd794e],
  ["31 to 0", Uint8Array.from({ length: 32 }, (_, at) => 31 - at), 0x113fdb5c],
  ["the digits", utf8.encode("123456789"), 0xe3069283],
])("of %s is that of RFC 3720", (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

test.each([0, 1, 7, 8, 9, 17, 32])("goes on behind %i bytes", (length) => {
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => at);
  expect(crc32c(bytes.subarray(length), crc32c(bytes.subarray(0, length)))).toBe(0x46dd794e);
  expect(crc32cOf([bytes.subarray(0, length), bytes.subarray(length)])).toBe(0x46dd794e);
});

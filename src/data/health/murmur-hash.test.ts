import { expect, it } from "vitest";
import { contentKey, murmurHash } from "./murmur-hash.ts";

const bytes = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

// Vectors that are published with the reference implementation (SMHasher) and its ports.
it.each([
  ["", 0, 0],
  ["", 1, 0x514e28b7],
  ["", 0xffffffff, 0x81f16f39],
  ["aaaa", 0x9747b28c, 0x5a97808a],
  ["aaa", 0x9747b28c, 0x283e0130],
  ["aa", 0x9747b28c, 0x5d211726],
  ["a", 0x9747b28c, 0x7fa09ea6],
  ["Hello, world!", 0x9747b28c, 0x24884cba],
  ["\xff\xff\xff\xff", 0, 0x76293b50],
  ["!Ce\x87", 0, 0xf55b516b],
])("%j with seed %d is MurmurHash3's", (text, seed, hash) => {
  expect(murmurHash(bytes(text), seed)).toBe(hash);
});

it("tells contents apart by a bit, and by zeros at the end", () => {
  const keys = ["abcd", "abce", "abcd\0", ""].map((text) => contentKey(bytes(text)));
  expect(new Set(keys).size).toBe(4);
  expect(contentKey(bytes("abcd"))).toBe(keys[0]);
});

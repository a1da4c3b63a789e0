import { expect, it } from "vitest";
import { utf8 } from "./utf8.ts";

it("gives text back as it was", () => {
  expect(utf8.decode(utf8.encode("Grüße ✓ 🌱"))).toBe("Grüße ✓ 🌱");
  expect([...utf8.encode("ü")]).toEqual([0xc3, 0xbc]);
});

it("refuses bytes that are not UTF-8, or marks them when asked to", () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x62);
  expect(() => utf8.decode(bytes)).toThrow(TypeError);
  expect(utf8.decode(bytes, { fatal: false })).toBe("a\ufffdb");
});

it("drops a byte order mark", () => {
  const marked = Uint8Array.of(0xef, 0xbb, 0xbf, 0x61);
  expect([utf8.decode(marked), utf8.decode(marked, { fatal: false })]).toEqual(["a", "a"]);
});

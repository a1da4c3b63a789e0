import { describe, expect, test } from "vitest";
import { Arena } from "./arena.ts";

const MB = 2 ** 20;

test("begins with a mebibyte, and each further region is as large as all before it", () => {
  const arena = new Arena();
  const reserved = Array.from({ length: 5 }, () => {
    arena.take(0.9 * MB);
    return arena.reservedBytes / MB;
  });
  expect(reserved).toEqual([1, 3, 3, 7, 7]);
});

test("what is larger than a region gets one of the next power of two", () => {
  const arena = new Arena();
  arena.take(5 * MB);
  expect([arena.touchedBytes / MB, arena.reservedBytes / MB]).toEqual([5, 8]);
  // That region was made for what was asked for: the next one is of the same size.
  arena.take(4 * MB);
  expect(arena.reservedBytes / MB).toBe(16);
});

test("regions that double end at a gibibyte", () => {
  const arena = new Arena();
  for (let region = 0; region < 12; region++) arena.take(1024 * MB);
  expect(arena.reservedBytes / MB).toBe(12 * 1024);
});

describe("what is free again", () => {
  test("is used again: the smallest that is large enough", () => {
    const arena = new Arena();
    const chunks = [3, 1, 2, 1].map((size) => arena.take(size * MB));
    const touched = arena.touchedBytes;
    for (const at of [0, 2]) arena.give(chunks[at] ?? arena.take(0));
    arena.take(1.5 * MB);
    arena.take(2.5 * MB);
    expect(arena.touchedBytes).toBe(touched);
  });

  test("is handed out whole where less than half of it would stay", () => {
    const arena = new Arena();
    const [large] = [arena.take(3 * MB), arena.take(0.5 * MB)];
    arena.give(large);
    const before = arena.reservedBytes;
    arena.take(2 * MB);
    // One mebibyte lies idle in it, and is not to be had.
    expect(arena.take(1 * MB).region).not.toBe(large.region.sizeBytes);
    expect(arena.reservedBytes).toBeGreaterThanOrEqual(before);
    expect(arena.touchedBytes / MB).toBeGreaterThanOrEqual(3 + 0.5 + 1);
  });

  test("is parted where half of it or more would stay", () => {
    const arena = new Arena();
    const large = arena.take(4 * MB);
    arena.give(large);
    arena.take(1 * MB);
    arena.take(3 * MB);
    expect(arena.touchedBytes / MB).toBe(4);
  });

  test("joins its free neighbours on both sides", () => {
    const arena = new Arena();
    const parts = Array.from({ length: 4 }, () => arena.take(0.25 * MB));
    for (const at of [0, 2, 1, 3]) {
      const part = parts[at];
      if (part) arena.give(part);
    }
    arena.take(1 * MB);
    expect([arena.touchedBytes / MB, arena.reservedBytes / MB]).toEqual([1, 1]);
  });
});

test("an empty tensor takes the smallest piece", () => {
  const arena = new Arena();
  const [first, second] = [arena.take(0), arena.take(1)];
  expect([first.sizeBytes, second.start]).toEqual([256, 256]);
});

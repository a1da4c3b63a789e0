import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPlace } from "./pictures.ts";

test("links as many pictures as are asked for, in a folder per class, and leaves nothing behind", async () => {
  const place = await openPlace(new AbortController().signal);
  try {
    const folder = await place.linked(503);
    const counts = (await readdir(folder)).map(async (name) => (await readdir(join(folder, name))).length);
    expect(await Promise.all(counts)).toEqual([101, 101, 101, 100, 100]);
  } finally {
    await place.close();
  }
  expect(existsSync(place.folder)).toBe(false);
});

test("stops where it is told to", async () => {
  const place = await openPlace(AbortSignal.abort());
  await expect(place.linked(10)).rejects.toThrow("The benchmark was stopped.");
  await place.close();
  expect(existsSync(place.folder)).toBe(false);
});

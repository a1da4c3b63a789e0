import { expect, test } from "vitest";
import { z } from "zod";
import { descriptionIn, jsonIn, mostDescriptionBytes, parseJson } from "./json.ts";

const nested = (deep: number): string => "[".repeat(deep) + "]".repeat(deep);

test("values may lie in each other 200 deep, and not a hundred thousand", () => {
  expect(jsonIn(nested(200))).toBeInstanceOf(Array);
  expect(() => jsonIn(nested(201))).toThrow(RangeError);
  expect(() => parseJson(nested(100_000), "config.json", z.unknown())).toThrow(
    expect.objectContaining({ code: "bad-model-folder", hint: expect.stringMatching(/./) }),
  );
});

test("brackets in texts are letters like any other", () => {
  const text = JSON.stringify({ a: `${"[".repeat(500)}\\"{`, "]": '\\"' });
  expect(jsonIn(text)).toEqual(JSON.parse(text));
});

test("a key that everything has is a key like any other", () => {
  const read = jsonIn('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
  expect(Object.keys(read as object)).toEqual(["__proto__", "constructor"]);
  expect("polluted" in {}).toBe(false);
});

test("a description has 16 MiB at most", () => {
  expect(descriptionIn(new Uint8Array(3).fill(0x61), "x.json")).toBe("aaa");
  expect(() => descriptionIn(new Uint8Array(mostDescriptionBytes + 1), "x.json")).toThrow(
    expect.objectContaining({
      code: "bad-model-folder",
      message: expect.stringContaining("x.json has 16777217 bytes"),
    }),
  );
});

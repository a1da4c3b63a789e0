import { expect, test } from "vitest";
import { wrap } from "./wrap.ts";

test("breaks between words, and leaves a long word whole", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("a-word-that-is-too-long b", 8)).toEqual(["a-word-that-is-too-long", "b"]);
  expect(wrap("one two three", Number.POSITIVE_INFINITY)).toEqual(["one two three"]);
});

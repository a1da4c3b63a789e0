import { describe, expect, it } from "vitest";
import { clock, count, counted, decimals, duration, percent, shellWord } from "./format.ts";

describe("numbers as text", () => {
  it.each([
    [0.9412, "94.1%"],
    [1, "100.0%"],
    [Number.NaN, "–"],
    [undefined, "–"],
  ])("percent %d", (value, text) => {
    expect(percent(value)).toBe(text);
  });

  it.each([
    [0.0123, "12 ms"],
    [0.996, "1.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.7, "1 min 00 s"],
    [185, "3 min 05 s"],
  ])("duration of %d seconds", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [0, "0:00"],
    [6.2, "0:07"],
    [750, "12:30"],
    [3725, "1:02:05"],
  ])("countdown of %d seconds", (seconds, text) => {
    expect(clock(seconds)).toBe(text);
  });

  it("counts", () => {
    expect(count(2223872)).toBe("2,223,872");
    expect([counted(1, "class", "classes"), counted(2, "class", "classes")]).toEqual(["1 class", "2 classes"]);
    expect([decimals(0.12345), decimals(undefined), decimals(Number.NaN)]).toEqual(["0.1235", "–", "NaN"]);
  });
});

it.each([
  ["runs/bees-1.jpg", "runs/bees-1.jpg"],
  ["my bees", "'my bees'"],
  ["it's", "'it'\\''s'"],
  ["$HOME", "'$HOME'"],
  ["two\nlines, it's \u001b[1m", "$'two\\nlines, it\\'s \\x1b[1m'"],
])("a shell reads %s as one word", (path, word) => {
  expect(shellWord(path)).toBe(word);
});

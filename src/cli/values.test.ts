import { describe, expect, it } from "vitest";
import { BadValue } from "./flag.ts";
import {
  benchMode,
  classWeights,
  folderOrFraction,
  listOf,
  number,
  oneOf,
  text,
  unfreeze,
  wholeNumber,
  wordOrNumber,
} from "./values.ts";

describe("number", () => {
  it.each([
    ["0.5", 0.5],
    ["1e-5", 1e-5],
    [".25", 0.25],
    ["3", 3],
  ])("reads %s", (given, value) => {
    expect(number()(given)).toBe(value);
  });

  it.each(["", "abc", "1e", "0x10", "NaN", "Infinity", "1,5", "3 4"])("refuses %j", (given) => {
    expect(() => number()(given)).toThrow(BadValue);
  });

  it.each([
    [{ above: 0 }, "0", 'must be a number above 0, not "0"'],
    [{ min: 0, max: 1 }, "1.5", 'must be a number from 0 up to 1, not "1.5"'],
    [{ min: 0, below: 1 }, "1", 'must be a number from 0 and below 1, not "1"'],
    [{ above: 0, below: 1 }, "-1", 'must be a number above 0 and below 1, not "-1"'],
  ])("names the bounds %j", (bounds, given, message) => {
    expect(() => number(bounds)(given)).toThrow(message);
  });
});

describe("wholeNumber", () => {
  it("refuses a fraction, and what is too large to be exact", () => {
    expect(wholeNumber()("12")).toBe(12);
    expect(() => wholeNumber()("1.5")).toThrow('must be a whole number, not "1.5"');
    expect(() => wholeNumber()("1e300")).toThrow(BadValue);
  });
});

describe("oneOf", () => {
  it("gives what a word means, and names the words", () => {
    const parse = oneOf({ bce: "binaryCrossEntropy", mse: "meanSquaredError" });
    expect(parse("bce")).toBe("binaryCrossEntropy");
    expect(() => parse("l2")).toThrow('must be one of bce, mse, not "l2"');
    expect(() => parse("toString")).toThrow(BadValue);
  });
});

describe("unfreeze", () => {
  it.each([
    ["all", "all"],
    ["none", "none"],
    ["last 3", { lastLayers: 3 }],
    ["last:3", { lastLayers: 3 }],
    ["last=12", { lastLayers: 12 }],
    ["last3", { lastLayers: 3 }],
    ["/features/17/conv", { from: "/features/17/conv" }],
    ["last_conv", { from: "last_conv" }],
    ["lasting", { from: "lasting" }],
  ])("reads %s", (given, wanted) => {
    expect(unfreeze(given)).toEqual(wanted);
  });

  it("wants a number after last", () => {
    expect(() => unfreeze("last")).toThrow("needs a number of layers");
    expect(() => unfreeze("last 0")).toThrow("must be a whole number from 1");
    expect(() => unfreeze("last 1.5")).toThrow("must be a whole number from 1");
  });
});

describe("benchMode", () => {
  it.each([
    ["full", "full"],
    ["head", "head"],
    ["forward", "forward"],
    ["last 3", { lastLayers: 3 }],
    ["last:12", { lastLayers: 12 }],
  ])("reads %s", (given, wanted) => {
    expect(benchMode(given)).toEqual(wanted);
  });

  it.each([
    ["backward", 'must be one of full, "last 3" (or last:3), head, forward, not "backward"'],
    ["last", 'needs a number of layers after "last"'],
    ["last 0", "none of them is head"],
    ["last -1", "must be a whole number from 1"],
    ["last conv", "must be a whole number from 1"],
  ])("refuses %s", (given, message) => {
    expect(() => benchMode(given)).toThrow(message);
  });
});

describe("folderOrFraction", () => {
  it("tells a share from a folder", () => {
    expect(folderOrFraction("0.25")).toBe(0.25);
    expect(folderOrFraction("photos/val")).toBe("photos/val");
    expect(folderOrFraction("./20")).toBe("./20");
    expect(() => folderOrFraction("20")).toThrow("must be a number above 0 and below 1");
    expect(() => folderOrFraction("0")).toThrow(BadValue);
  });
});

it("reads lists and refuses empty text", () => {
  expect(listOf(wholeNumber({ min: 1 }))("256, 64")).toEqual([256, 64]);
  expect(() => listOf(wholeNumber({ min: 1 }))("256,")).toThrow(BadValue);
  expect(() => text("  ")).toThrow("must not be empty");
});

describe("classWeights", () => {
  it("is a word, or a number for each class named", () => {
    expect(classWeights(" balanced ")).toBe("balanced");
    expect(classWeights("ants=2, big bees = 0.5")).toEqual({ ants: 2, "big bees": 0.5 });
  });

  it.each([
    ["equal", 'must be balanced, or numbers by class as in ants=2,bees=1, not "equal"'],
    ["", 'must be balanced, or numbers by class as in ants=2,bees=1, not ""'],
    ["ants=2,", 'must be balanced, or numbers by class as in ants=2,bees=1, not "ants=2,"'],
    ["ants=", 'must be a number above 0, not ""'],
    ["ants=0", 'must be a number above 0, not "0"'],
    ["ants=1,ants=2", 'has "ants" twice'],
  ])("refuses %j", (given, message) => {
    expect(() => classWeights(given)).toThrow(message);
  });
});

describe("wordOrNumber", () => {
  const parse = wordOrNumber(["f1", "youden"], { above: 0, below: 1 });

  it("takes both", () => {
    expect([parse("f1"), parse("0.25")]).toEqual(["f1", 0.25]);
  });

  it.each([
    ["f2", 'must be one of f1, youden, or a number above 0 and below 1, not "f2"'],
    ["1", 'must be a number above 0 and below 1, not "1"'],
  ])("refuses %j", (given, message) => {
    expect(() => parse(given)).toThrow(message);
  });
});

import { describe, expect, test } from "vitest";
import { UsageError } from "./errors.ts";
import { checkNumber, refuseUnknown, withDefaults } from "./options.ts";

describe("withDefaults", () => {
  const defaults = { epochs: 10, optimizer: "adam" };

  test("fills in what is missing", () => {
    expect(withDefaults(defaults, { epochs: 3 })).toEqual({ epochs: 3, optimizer: "adam" });
  });

  test("takes the default for an option that is present but undefined", () => {
    expect(withDefaults(defaults, { epochs: undefined, optimizer: "sgd" })).toEqual({ epochs: 10, optimizer: "sgd" });
  });

  test("keeps 0, false, empty text and null", () => {
    const given = { epochs: 0, flag: false, optimizer: "", loss: null };
    expect(withDefaults({ ...defaults, flag: true, loss: "mse" }, given)).toEqual(given);
  });

  test("changes neither of the two", () => {
    const options = Object.freeze({ epochs: 3 });
    withDefaults(Object.freeze(defaults), options);
    expect(options).toEqual({ epochs: 3 });
  });
});

describe("refuseUnknown", () => {
  test("is silent where nothing is left", () => {
    expect(() => refuseUnknown("fit", {})).not.toThrow();
  });

  test("names the place and every unknown option", () => {
    const call = () => refuseUnknown("fit", { epoch: 3, bacth: 2 });
    expect(call).toThrow('fit has no option "epoch", "bacth".');
    expect(call).toThrow(UsageError);
    expect(call).toThrow(expect.objectContaining({ code: "bad-option", hint: expect.stringContaining("spelling") }));
  });
});

describe("checkNumber", () => {
  test.each([true, "5", null, [5]])("refuses %j, which JavaScript compares as a number", (value) => {
    const [given] = JSON.parse(JSON.stringify([value]));
    expect(() => checkNumber("batch", given, { min: 0 })).toThrow(UsageError);
  });

  test("gives back a number inside of its range, bounds included", () => {
    expect(checkNumber("batch", 1, { min: 1, max: 8, integer: true })).toBe(1);
    expect(checkNumber("batch", 8, { min: 1, max: 8, integer: true })).toBe(8);
    expect(checkNumber("x", -3.5)).toBe(-3.5);
  });

  test.each([
    [0, { min: 1, integer: true }, "batch must be a whole number from 1, not 0."],
    [1.5, { min: 1, integer: true }, "batch must be a whole number from 1, not 1.5."],
    [0, { moreThan: 0 }, "batch must be a number above 0, not 0."],
    [1, { min: 0, lessThan: 1 }, "batch must be a number from 0 below 1, not 1."],
    [1.1, { min: 0, max: 1 }, "batch must be a number from 0 up to 1, not 1.1."],
    [Number.NaN, {}, "batch must be a number, not NaN."],
    [Number.NaN, { min: 0 }, "batch must be a number from 0, not NaN."],
    [Number.POSITIVE_INFINITY, { lessThan: 5 }, "batch must be a number below 5, not Infinity."],
  ])("refuses %d under %o", (value, range, message) => {
    const call = () => checkNumber("batch", value, range);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code: "bad-option", name: "UsageError" }));
  });
});

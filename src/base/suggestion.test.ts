import { expect, it } from "vitest";
import { meantName } from "./suggestion.ts";

const measures = ["loss", "accuracy", "balancedAccuracy", "macroF1"];

it.each([
  ["acuracy", "accuracy"],
  ["Loss", "loss"],
  ["balancedacuracy", "balancedAccuracy"],
  ["lo", "loss"],
  ["f1", undefined],
  ["mse", undefined],
])("%s is likely meant to be %s", (wanted, name) => {
  expect(meantName(wanted, measures)).toBe(name);
});

it("knows of nothing where nothing is known", () => {
  expect(meantName("x", [])).toBeUndefined();
});

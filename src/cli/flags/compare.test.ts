import { expect, test } from "vitest";
import { strategies } from "../../tasks/compare/strategies.ts";
import { compareDefaults } from "../../tasks/compare.ts";
import { fineTuneDefaults } from "../../tasks/recipe.ts";
import { compareFlags } from "./compare.ts";

test.each([
  ["15", { epochs: 15 }],
  ["10m", { seconds: 600 }],
  ["90s", { seconds: 90 }],
  ["1.5h", { seconds: 5400 }],
])("a budget of %s is %j", (given, budget) => {
  expect(compareFlags.budget.parse(given)).toEqual(budget);
});

test.each(["", "ten", "1.5", "0", "0m", "10 minutes", "-3"])('a budget of "%s" is refused', (given) => {
  expect(() => compareFlags.budget.parse(given)).toThrow();
});

test("sizes are percentages", () => {
  expect(compareFlags.sizes.parse("5,20%,100")).toEqual([0.05, 0.2, 1]);
  expect(() => compareFlags.sizes.parse("0")).toThrow();
  expect(() => compareFlags.sizes.parse("120")).toThrow();
});

test("help tells the strategies and the defaults that there are", () => {
  for (const name of Object.keys(strategies)) expect(compareFlags.strategies.about).toContain(`${name} (`);
  expect(compareFlags.seeds.about).toContain(`(default: ${compareDefaults.seeds})`);
  expect(compareFlags.budget.about).toContain(`(default: ${Object.values(compareDefaults.budget).join()})`);
  expect(compareFlags.headLearningRate.about).toContain(`(default: ${fineTuneDefaults.headLearningRate})`);
  expect(Number(/default: ([\d.]+)/.exec(compareFlags.tuneLearningRate.about)?.[1])).toBe(
    fineTuneDefaults.tuneLearningRate,
  );
});

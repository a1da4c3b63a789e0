import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { suggestedRates } from "./suggested-rates.ts";

interface Golden {
  readonly name: string;
  readonly rates: readonly number[];
  readonly smoothed: readonly number[];
  readonly suggestions: Readonly<Record<string, number>>;
}
const file = new URL("../../test/golden/learning-rate/curves.json", import.meta.url);
const golden: readonly Golden[] = JSON.parse(readFileSync(file, "utf8"));

/** Points whose rates are 1, 2, 3, ... so that a suggestion names its point. */
const points = (...losses: readonly number[]) => losses.map((smoothed, at) => ({ learningRate: at + 1, smoothed }));

describe("suggestions equal numpy's", () => {
  test.each(golden)("on a curve that is $name", ({ rates, smoothed, suggestions }) => {
    const curve = rates.map((learningRate, at) => ({ learningRate, smoothed: smoothed[at] ?? Number.NaN }));
    const found = suggestedRates(curve, { steps: 100 });
    for (const [rule, rate] of Object.entries(suggestions))
      expect(found).toHaveProperty(rule, expect.closeTo(rate, 12));
  });
});

describe("a curve", () => {
  const shootsUp = [9, 9, 9, 9, 9];

  test("is judged without its first tenth and its last five points", () => {
    // The steepest fall, and the lowest loss, are in what is left out.
    const curve = points(90, 5, 10, 9, 8, 6, 5.5, 5.4, ...[9, 9, 9, 9, 1]);
    expect(suggestedRates(curve, { steps: 20 })).toMatchObject({ steepest: 5, minimum: 0.8 });
  });

  test("ends before the first loss that is no number", () => {
    const curve = points(9, 8, 6, 5, 4, Number.NaN, 1, 0, ...shootsUp);
    expect(suggestedRates(curve, { steps: 9 })).toMatchObject({ steepest: 2, minimum: 0.5 });
  });

  test.each([
    ["never falls", points(1, 2, 3, 4, 5, 6, 7, 8, ...shootsUp)],
    ["is flat", points(1, 1, 1, 1, 1, 1, 1, 1, ...shootsUp)],
    ["has too few points left", points(4, 3, 2, 1, ...shootsUp)],
    ["has none", []],
  ])("that %s suggests nothing", (_, curve) => {
    expect(suggestedRates(curve, { steps: 9 })).toBeUndefined();
  });
});

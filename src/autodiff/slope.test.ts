import { describe, expect, test } from "vitest";
import { type Line, measureSlope, roundingOf } from "./slope.ts";

/** A line as an engine gives it: rounded to float32. */
const inFloat32 =
  (f: (x: number) => number): Line =>
  async (step) =>
    Math.fround(f(step));

async function measured(f: (x: number) => number, widest = 0.25) {
  const line = inFloat32(f);
  const start = await line(0);
  const rounding = await roundingOf(line, { start, widest });
  return measureSlope(line, { start, rounding, widest });
}

describe("measureSlope", () => {
  test.each([
    ["a curve", (x: number) => Math.exp(3 * x) + 2, 3],
    ["a straight line", (x: number) => 2 - 5 * x, -5],
    ["a slope that is hard to see beside the value", (x: number) => 100 + Math.sin(x), 1],
    ["nothing that moves", () => 7, 0],
  ])("finds the slope of %s, no further off than it says", async (_, f, slope) => {
    const found = await measured(f);
    expect(Math.abs(found.slope - slope)).toBeLessThanOrEqual(found.uncertainty);
    expect(found.uncertainty).toBeLessThan(2e-3);
  });

  test("a kink at 0 leaves every slope between both sides open", async () => {
    const { slope, uncertainty } = await measured((x) => 1 + x + Math.max(0, 2 * x));
    expect(slope - uncertainty).toBeLessThanOrEqual(1);
    expect(slope + uncertainty).toBeGreaterThanOrEqual(3);
  });

  test("a kink further out is stepped inside of", async () => {
    const { slope, uncertainty } = await measured((x) => 1 + x + Math.max(0, 2 * (x - 0.01)));
    expect(slope).toBeCloseTo(1, 3);
    expect(uncertainty).toBeLessThan(0.01);
  });
});

test("roundingOf is at least a unit in the last place, and sees what shakes more", async () => {
  expect(
    await roundingOf(
      inFloat32(() => 8),
      { start: 8, widest: 1 },
    ),
  ).toBe(8 * 2 ** -23);
  const shaky: Line = async (step) => 1 + 1e-4 * Math.sin(1e9 * step);
  expect(await roundingOf(shaky, { start: 1, widest: 1 })).toBeGreaterThan(2e-5);
});

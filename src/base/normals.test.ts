import { describe, expect, test } from "vitest";
import { normals } from "./normals.ts";
import { random } from "./random.ts";

const drawn = (length: number, deviation = 1, seed = 3): Float32Array => {
  const target = new Float32Array(length);
  normals(target, deviation, random(seed));
  return target;
};

const moment = (values: Float32Array, power: number): number =>
  values.reduce((sum, value) => sum + value ** power, 0) / values.length;

const shareOf = (values: Float32Array, isMeant: (value: number) => boolean): number =>
  values.filter(isMeant).length / values.length;

describe("normals", () => {
  const count = 400_000;
  const values = drawn(count);

  // Four standard errors of each: √(Var xᵖ / n).
  test.each([
    [1, 0, 1],
    [2, 1, Math.sqrt(2)],
    [3, 0, Math.sqrt(15)],
    [4, 3, Math.sqrt(96)],
  ])("has moment %i of a normal distribution: %d", (power, expected, deviation) => {
    expect(Math.abs(moment(values, power) - expected)).toBeLessThan((4 * deviation) / Math.sqrt(count));
  });

  test.each([
    [0.5, 0.617075],
    [1, 0.317311],
    [2, 0.0455],
    [3, 0.0027],
  ])("has as much beyond %d deviations as a normal distribution", (end, expected) => {
    const share = shareOf(values, (value) => Math.abs(value) > end);
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / count));
  });

  test("gives neighbours, and numbers at a distance of two, that know nothing of each other", () => {
    for (const distance of [1, 2]) {
      const products = values.slice(distance).map((value, at) => value * (values[at] ?? 0));
      const squares = values.slice(distance).map((value, at) => value ** 2 * (values[at] ?? 0) ** 2);
      expect(Math.abs(moment(products, 1))).toBeLessThan(4 / Math.sqrt(count));
      expect(Math.abs(moment(squares, 1) - 1)).toBeLessThan((4 * Math.sqrt(8)) / Math.sqrt(count));
    }
  });

  test("fills every length to its end, and scales by the deviation", () => {
    for (const length of [1, 2, 8191, 8193]) {
      const target = drawn(length, 0.5);
      expect(target.every((value) => value !== 0)).toBe(true);
      expect(target[length - 1]).toBe(0.5 * (values[length - 1] ?? 0));
    }
  });

  test("repeats itself for a seed and not for another", () => {
    expect(drawn(9)).toEqual(values.slice(0, 9));
    expect(drawn(9, 1, 4)).not.toEqual(values.slice(0, 9));
  });
});

import { describe, expect, test } from "vitest";
import { type Random, random } from "./random.ts";

const draws = (rng: Random, count: number): readonly number[] => Array.from({ length: count }, () => rng.next());
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Values in each of ten equal parts of [0, 1). */
function histogram(values: readonly number[]): readonly number[] {
  const bins = Array.from({ length: 10 }, () => 0);
  for (const value of values) {
    const bin = Math.floor(value * 10);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}

describe("random", () => {
  test("gives the same stream for the same seed, another one for another", () => {
    expect(draws(random(7), 20)).toEqual(draws(random(7), 20));
    expect(draws(random(8), 20)).not.toEqual(draws(random(7), 20));
    expect(draws(random(-1.5), 3)).not.toEqual(draws(random(1.5), 3));
  });

  test("keeps its numbers over releases: runs stay repeatable", () => {
    expect(draws(random(1).fork("epoch", 1), 3)).toMatchInlineSnapshot(`
      [
        0.299663468496874,
        0.863487078808248,
        0.47021219646558166,
      ]
    `);
  });

  test("gives as words what it gives as numbers, and goes on behind them", () => {
    const [words, numbers] = [random(5), draws(random(5), 7)];
    const target = new Uint32Array(3);
    words.words(target);
    expect(Array.from(target, (word) => word / 2 ** 32)).toEqual(numbers.slice(0, 3));
    expect(draws(words, 2)).toEqual(numbers.slice(3, 5));
    words.words(target);
    expect(Array.from(target.subarray(0, 2), (word) => word / 2 ** 32)).toEqual(numbers.slice(5));
  });

  test("is uniform in [0, 1)", () => {
    const values = draws(random(3), 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(meanOf(values)).toBeCloseTo(0.5, 2);
    // Binomial with p = 0.1: four standard deviations are 170.
    for (const count of histogram(values)) expect(Math.abs(count - 2000)).toBeLessThan(170);
  });

  test("neighbours in a stream, and in seeds, have nothing to do with each other", () => {
    const correlation = (a: readonly number[], b: readonly number[]) =>
      meanOf(a.map((value, at) => (value - 0.5) * ((b[at] ?? 0) - 0.5))) * 12;
    const values = draws(random(4), 10_001);
    // The standard deviation of a correlation of 10,000 pairs is 0.01.
    expect(Math.abs(correlation(values.slice(0, -1), values.slice(1)))).toBeLessThan(0.04);
    expect(Math.abs(correlation(values, draws(random(5), 10_001)))).toBeLessThan(0.04);
    const firsts = Array.from({ length: 10_000 }, (_, seed) => random(seed).next());
    expect(Math.abs(correlation(firsts.slice(0, -1), firsts.slice(1)))).toBeLessThan(0.04);
  });

  test("uniform and int stay in their ranges and reach all of them", () => {
    const rng = random(5);
    const between = Array.from({ length: 2000 }, () => rng.uniform(-2, 3));
    expect(Math.min(...between)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...between)).toBeLessThan(3);
    expect(meanOf(between)).toBeCloseTo(0.5, 0);
    const whole = Array.from({ length: 200 }, () => rng.int(4));
    expect([...new Set(whole)].sort()).toEqual([0, 1, 2, 3]);
  });

  test("normal has mean 0, standard deviation 1 and its tails", () => {
    const rng = random(6);
    const values = Array.from({ length: 20_000 }, () => rng.normal());
    expect(Math.abs(meanOf(values))).toBeLessThan(0.03);
    expect(Math.abs(meanOf(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.05);
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / values.length;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.006);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe("fork", () => {
  test("depends on seed and path alone, not on what was drawn before", () => {
    const drawn = random(7);
    draws(drawn, 100);
    expect(draws(drawn.fork("shuffle", 3), 5)).toEqual(draws(random(7).fork("shuffle", 3), 5));
  });

  test("leaves the parent where it was", () => {
    const parent = random(7);
    draws(parent.fork("child"), 10);
    expect(draws(parent, 5)).toEqual(draws(random(7), 5));
  });

  test("every path is a stream of its own", () => {
    const paths = [[], ["a"], ["b"], ["a", "b"], ["ab"], ["a", 1], ["a", 11], ["a", 1, 1], [1], [11]] as const;
    const first = paths.map((path) =>
      random(7)
        .fork(...path)
        .next(),
    );
    expect(new Set(first).size).toBe(paths.length);
    expect(random(7).fork("a").fork("b").next()).toBe(random(7).fork("a", "b").next());
  });
});

describe("shuffle", () => {
  const items = Array.from({ length: 50 }, (_, at) => at);

  test("gives a permutation and leaves the list as it was", () => {
    const given = [...items];
    const order = random(1).shuffle(given);
    expect(given).toEqual(items);
    expect(order).not.toEqual(items);
    expect([...order].sort((a, b) => a - b)).toEqual(items);
  });

  test("is repeatable by seed", () => {
    expect(random(2).shuffle(items)).toEqual(random(2).shuffle(items));
    expect(random(3).shuffle(items)).not.toEqual(random(2).shuffle(items));
  });

  test("puts every item in every place equally often", () => {
    const counts = [0, 0, 0, 0, 0, 0];
    const orders = ["abc", "acb", "bac", "bca", "cab", "cba"];
    const rng = random(9);
    for (let round = 0; round < 6000; round++) {
      const at = orders.indexOf(rng.shuffle(["a", "b", "c"]).join(""));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    // Binomial with p = 1/6: four standard deviations are 115.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(115);
  });

  test("takes lists of none and of one", () => {
    expect(random(1).shuffle([])).toEqual([]);
    expect(random(1).shuffle(["only"])).toEqual(["only"]);
  });
});

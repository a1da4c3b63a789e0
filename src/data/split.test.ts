import { describe, expect, it } from "vitest";
import { stratifiedSplit } from "./split.ts";

const labels = [...Array(50).fill(0), ...Array(20).fill(1), ...Array(3).fill(2), 3];
const count = (indices: readonly number[], label: number) => indices.filter((index) => labels[index] === label).length;

describe("stratifiedSplit", () => {
  it("puts every index on exactly one side, in rising order", () => {
    const { train, val } = stratifiedSplit(labels, { fraction: 0.2, seed: 1 });
    expect([...train, ...val].sort((a, b) => a - b)).toEqual(labels.map((_, index) => index));
    expect(train).toEqual([...train].sort((a, b) => a - b));
    expect(val).toEqual([...val].sort((a, b) => a - b));
  });

  it("holds out the same part of each class, at least one and never all", () => {
    const { val } = stratifiedSplit(labels, { fraction: 0.2, seed: 1 });
    expect([0, 1, 2, 3].map((label) => count(val, label))).toEqual([10, 4, 1, 0]);
    const most = stratifiedSplit(labels, { fraction: 0.99, seed: 1 });
    expect([0, 1, 2, 3].map((label) => count(most.train, label))).toEqual([1, 1, 1, 1]);
  });

  it("depends on the seed and on nothing else", () => {
    const draw = (seed: number) => stratifiedSplit(labels, { fraction: 0.2, seed }).val;
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });

  it("reaches every example over many seeds", () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      for (const index of stratifiedSplit(labels, { fraction: 0.2, seed }).val) seen.add(index);
    }
    expect(seen.size).toBe(73);
  });

  it.each([0, 1, -0.1, Number.NaN])("refuses the fraction %s", (fraction) => {
    expect(() => stratifiedSplit(labels, { fraction, seed: 1 })).toThrow(
      expect.objectContaining({ code: "bad-option" }),
    );
  });
});

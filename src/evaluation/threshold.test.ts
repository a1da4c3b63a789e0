import { expect, test } from "vitest";
import { Predictions } from "./predictions.ts";
import { bestThreshold } from "./threshold.ts";

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const of = (z: readonly number[], truth: readonly number[]) =>
  new Predictions({
    activation: "sigmoid",
    exclusive: true,
    indices: z.map((_, at) => at),
    logits: Float32Array.from(z),
    targets: Float32Array.from(truth),
    losses: new Float32Array(z.length),
  });

test("lies half-way between what it parts", () => {
  expect(bestThreshold(of([-3, -1, 1, 2], [0, 0, 1, 1]), "f1")).toBeCloseTo(0.5, 6);
  expect(bestThreshold(of([-3, -2, -1, 2], [0, 0, 1, 1]), "youden")).toBeCloseTo(sigmoid(-1.5), 6);
});

test("lets all in where that is best, and says nothing of one class alone", () => {
  const all = bestThreshold(of([0, 1, 2, 3], [1, 0, 1, 1]), "f1") ?? 1;
  expect(all).toBeLessThan(0.5);
  expect(bestThreshold(of([0, 1], [1, 1]), "f1")).toBeUndefined();
  expect(bestThreshold(of([0, 1], [0, 0]), "youden")).toBeUndefined();
});

test("of equally good ones is the strictest", () => {
  // J is 1/2 from 3 on, and from 0 on.
  expect(bestThreshold(of([3, 2, 1, 0, -1], [1, 0, 0, 1, 0]), "youden")).toBeCloseTo(sigmoid(2.5), 6);
});

test("stays above 0 where all scores are rounded to 0", () => {
  expect(bestThreshold(of([-2000, -1000], [0, 1]), "f1")).toBeGreaterThan(0);
});

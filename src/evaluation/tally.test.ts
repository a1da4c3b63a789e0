import { expect, test } from "vitest";
import { tally } from "./tally.ts";

const right = { logits: Float32Array.of(2, 1), targets: Float32Array.of(1, 0) };

test("is NaN before the first example", () => {
  expect(tally(["accuracy"], { activation: "softmax" }).means()).toEqual({
    count: 0,
    loss: Number.NaN,
    metrics: { accuracy: Number.NaN },
  });
});

test("weighs examples alike, whatever the size of their batch", () => {
  const sums = tally(["accuracy"], { activation: "softmax" });
  sums.add({
    logits: Float32Array.of(2, 1, 0, 3, 5, 4),
    targets: Float32Array.of(1, 0, 0, 1, 0, 1),
    losses: Float32Array.of(1, 2, 6),
    count: 3,
  });
  sums.add({ ...right, losses: Float32Array.of(3), count: 1 });
  expect(sums.means()).toEqual({ count: 4, loss: 3, metrics: { accuracy: 0.75 } });
});

test("takes the mean loss of a batch as well as its parts", () => {
  const sums = tally([], { activation: "softmax" });
  sums.add({ logits: new Float32Array(6), targets: new Float32Array(6), losses: 3, count: 3 });
  sums.add({ ...right, losses: 7, count: 1 });
  expect(sums.means()).toEqual({ count: 4, loss: 4, metrics: {} });
});

test("follows several metrics", () => {
  const sums = tally(["accuracy", "meanAbsoluteError"], { activation: "identity" });
  sums.add({ ...right, losses: 0, count: 1 });
  expect(sums.means().metrics).toEqual({ accuracy: 1, meanAbsoluteError: 1 });
});

test("a loss that is not a number stays visible", () => {
  const sums = tally([], { activation: "softmax" });
  sums.add({ ...right, losses: 1, count: 1 });
  sums.add({ ...right, losses: Number.NaN, count: 1 });
  expect(sums.means().loss).toBeNaN();
});

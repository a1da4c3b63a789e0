import { describe, expect, test } from "vitest";
import { argmax, scoresOf } from "./scores.ts";

describe("scoresOf", () => {
  test("softmax: probabilities that sum to 1, also for logits whose powers overflow", () => {
    expect(scoresOf([0, Math.log(3)], "softmax")).toBeAllclose([0.25, 0.75]);
    expect(scoresOf(Float32Array.of(1000, 1000, -1000), "softmax")).toBeAllclose([0.5, 0.5, 0]);
  });

  test("sigmoid: each logit by itself", () => {
    expect(scoresOf([0, Math.log(3), -1000], "sigmoid")).toBeAllclose([0.5, 0.75, 0]);
  });

  test("a single sigmoid logit is two classes", () => {
    expect(scoresOf([Math.log(3)], "sigmoid")).toBeAllclose([0.25, 0.75]);
  });

  test("a single logit z and the two logits [0, z] give the same scores", () => {
    for (const z of [-3, 0.2, 5]) expect(scoresOf([0, z], "softmax")).toBeAllclose([...scoresOf([z], "sigmoid")]);
  });

  test("identity: the values themselves", () => {
    expect(scoresOf(Float32Array.of(-1.5, 2), "identity")).toEqual([-1.5, 2]);
  });
});

test("argmax is the first of the largest", () => {
  expect([argmax([1, 3, 2]), argmax([2, 5, 5]), argmax([-3, -1]), argmax([4])]).toEqual([1, 1, 1, 0]);
});

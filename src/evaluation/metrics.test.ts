import { describe, expect, test } from "vitest";
import { metricNames, metrics } from "./metrics.ts";

describe("accuracy", () => {
  const { accuracy } = metrics;

  test("is 1 where the top class is the true one, else 0", () => {
    expect(accuracy({ logits: [0.1, 2, -1], targets: [0, 1, 0], activation: "softmax", exclusive: true })).toBe(1);
    expect(accuracy({ logits: [0.1, 2, -1], targets: [1, 0, 0], activation: "softmax", exclusive: true })).toBe(0);
    expect(accuracy({ logits: [0.4, 0.6], targets: [0, 1], activation: "identity", exclusive: true })).toBe(1);
  });

  test("judges a single logit by its sign", () => {
    const judge = (z: number, t: number) =>
      accuracy({ logits: [z], targets: [t], activation: "sigmoid", exclusive: true });
    expect([judge(0.3, 1), judge(-0.3, 1), judge(-0.3, 0), judge(0.3, 0)]).toEqual([1, 0, 1, 0]);
  });

  test("goes by a threshold where there is one: a score that equals it is enough", () => {
    const judge = (logits: readonly number[], targets: readonly number[], threshold: number) =>
      accuracy({
        logits,
        targets,
        threshold,
        activation: logits.length === 1 ? "sigmoid" : "softmax",
        exclusive: true,
      });
    expect([judge([0], [1], 0.5), judge([0], [1], 0.6), judge([0], [0], 0.6)]).toEqual([1, 0, 1]);
    expect([judge([1, 0], [0, 1], 0.2), judge([1, 0], [1, 0], 0.2)]).toEqual([1, 0]);
  });

  test("of exclusive classes asks for the top one, though each has a sigmoid of its own", () => {
    const judge = (logits: readonly number[]) =>
      accuracy({ logits, targets: [0, 1, 0], activation: "sigmoid", exclusive: true });
    expect([judge([-2, -1, -3]), judge([3, 2, 1])]).toEqual([1, 0]);
  });

  test("of several labels is the share on the right side", () => {
    expect(accuracy({ logits: [2, -2, 1, -1], targets: [1, 0, 0, 1], activation: "sigmoid", exclusive: false })).toBe(
      0.5,
    );
    expect(accuracy({ logits: [2, 3, -1], targets: [1, 1, 1], activation: "sigmoid", exclusive: false })).toBeCloseTo(
      2 / 3,
    );
  });
});

test("meanAbsoluteError is the mean over outputs", () => {
  const outcome = { logits: [1, -2], targets: [0.5, 1], activation: "identity", exclusive: false } as const;
  expect(metrics.meanAbsoluteError(outcome)).toBe(1.75);
});

test("metricNames lists the table", () => {
  expect(metricNames).toEqual(["accuracy", "meanAbsoluteError"]);
});

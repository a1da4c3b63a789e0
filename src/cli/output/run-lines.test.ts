import { expect, it } from "vitest";
import { lineOf } from "./run-lines.ts";

it("flattens an epoch's readings", () => {
  const event = {
    type: "epoch",
    epoch: 3,
    loss: 0.5,
    metrics: { accuracy: 0.75 },
    valLoss: 0.25,
    valMetrics: { accuracy: 0.875 },
    learningRate: 0.001,
    examples: 244,
    seconds: 1.5,
  } as const;
  expect(lineOf({ type: "training", phase: "tune", event })).toEqual({
    type: "epoch",
    phase: "tune",
    epoch: 3,
    loss: 0.5,
    accuracy: 0.75,
    valLoss: 0.25,
    valAccuracy: 0.875,
    learningRate: 0.001,
    examples: 244,
    seconds: 1.5,
  });
});

it("tells of skipped pictures and leaves out what is only for the eye", () => {
  expect(lineOf({ type: "bad-image", name: "ants/1.gif", reason: "no GIF" })).toEqual({
    type: "skipped",
    name: "ants/1.gif",
    reason: "no GIF",
  });
  expect(lineOf({ type: "features", phase: "head", split: "val", done: 1, total: 2 })).toBeUndefined();
  expect(
    lineOf({
      type: "training",
      phase: "head",
      event: { type: "begin", epochs: 1, initialEpoch: 0, steps: 1, done: [], step: 0 },
    }),
  ).toBeUndefined();
});

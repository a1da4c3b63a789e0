import { expect, test } from "vitest";
import { epochRecord } from "../../../test/fixtures/fake-training.ts";
import { improves, merit, monitorOf, readings } from "./monitor.ts";

const record = epochRecord(3, {
  loss: 2,
  metrics: { accuracy: 0.5, meanAbsoluteError: 4 },
  valLoss: 3,
  valMetrics: { accuracy: 0.4, meanAbsoluteError: 5 },
});

test("readings puts all numbers under one set of names", () => {
  const all = { loss: 2, accuracy: 0.5, meanAbsoluteError: 4, valLoss: 3, valAccuracy: 0.4, valMeanAbsoluteError: 5 };
  expect(readings(record)).toEqual(all);
  expect(readings(epochRecord(1))).toEqual({ loss: 1, accuracy: 0.5 });
});

test("merit is larger where the epoch is better: losses and errors turned round, other metrics as they are", () => {
  const merits = ["loss", "valLoss", "valMeanAbsoluteError", "accuracy", "valAccuracy"].map((name) =>
    merit(record, name),
  );
  expect(merits).toEqual([-2, -3, -5, 0.5, 0.4]);
});

test("which way is better is told by the table of measures", () => {
  const record = epochRecord(1, { valLoss: 1, valMetrics: { macroF1: 0.5, brierScore: 0.2, logLoss: 3, r2: 0.1 } });
  const merits = (["loss", "macroF1", "brierScore", "logLoss", "r2"] as const).map((name) =>
    merit(record, monitorOf(name)),
  );
  expect(merits).toEqual([-1, 0.5, -0.2, -3, 0.1]);
});

test("a number that the run does not have is refused, with those that it has", () => {
  expect(() => merit(epochRecord(1), "valLoss")).toThrow(
    expect.objectContaining({
      code: "bad-option",
      message: 'There is no "valLoss" to watch.',
      hint: "This run has loss, accuracy.",
    }),
  );
});

test("an epoch improves on one that it is truly better than", () => {
  const [low, high] = [epochRecord(1, { valLoss: 1 }), epochRecord(2, { valLoss: 2 })];
  expect([improves(low, high, "valLoss"), improves(high, low, "valLoss"), improves(low, low, "valLoss")]).toEqual([
    true,
    false,
    false,
  ]);
  expect(improves(high, undefined, "valLoss")).toBe(true);
});

test("an epoch whose number is not finite never improves, not even on nothing", () => {
  for (const valLoss of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(improves(epochRecord(1, { valLoss }), undefined, "valLoss")).toBe(false);
    expect(improves(epochRecord(1, { valLoss }), epochRecord(2, { valLoss: 5 }), "valLoss")).toBe(false);
  }
});

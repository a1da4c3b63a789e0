import { describe, expect, test } from "vitest";
import type { RunReport } from "./data.ts";
import { judgedOf, runHeadline } from "./headline.ts";
import { html } from "./html.ts";

const run: RunReport = {
  ...{ title: "photos", model: "m", status: "finished", settings: [], versions: {}, history: [] },
  classes: ["ants", "bees"],
  examples: { train: 245, val: 153 },
  phases: [],
  result: { valLoss: 0.065, valAccuracy: 148 / 153 },
};

/** As a person reads it. */
const read = (report: RunReport) => {
  const { headline, sentences } = runHeadline(report);
  return [headline, ...sentences].filter(Boolean).map((part) => html`${part}`.text.replace(/<\/?bdi>/g, ""));
};

describe("runHeadline", () => {
  test("tells what was learned, between what the truth lies, and what guessing gives", () => {
    expect(read(run)).toEqual([
      "It tells ants from bees in 96.7% of the validation pictures.",
      "148 of 153 are right: with 95% confidence, 92.6% to 98.6% of pictures like these.",
      "Guessing would be right for 50.0%.",
      "These pictures also chose the epoch that was kept, so expect a little less of new ones.",
    ]);
  });

  test("does not call better than guessing what chance may have made", () => {
    const few = { ...run, examples: { train: 20, val: 10 }, result: { valLoss: 0.6, valAccuracy: 0.7 } };
    expect(read(few)[0]).toBe("It cannot be said to tell ants from bees better than guessing.");
  });

  test("holds it against the commonest class, which guesses best", () => {
    const classes = [90, 10].map((count, at) => ({ name: String(at), count, precision: 1, recall: 1, f1: 1 }));
    const skewed = { ...run, evaluation: { count: 100, measures: { accuracy: 0.91 }, classes } };
    expect(read(skewed)[0]).toContain("cannot be said");
    expect(read(skewed)).toContain("Always naming the commonest class would be right for 90.0%.");
  });

  test.each([
    [0.6, 0.9, "training the base paid"],
    [0.9, 0.6, "training the base did harm"],
    [0.95, 0.96, "no more apart than chance could make it"],
  ])("from %d to %d: %s", (before, after, words) => {
    const phase = { epochs: 3, seconds: 1, valLoss: 1 };
    const phases = [
      { ...phase, name: "head", valAccuracy: before },
      { ...phase, name: "tune", valAccuracy: after },
    ];
    expect(read({ ...run, phases }).join(" ")).toContain(words);
  });

  test.each([
    [["a", "b", "c"], "a, b and c apart"],
    [["a", "b", "c", "d"], "4 classes apart"],
    [["a".repeat(30), "b".repeat(30)], "2 classes apart"],
  ])("calls %j %s", (classes, words) => {
    expect(read({ ...run, classes })[0]).toContain(words);
  });

  test("of labels that stand side by side tells how many are right, and no guess", () => {
    const evaluation = {
      kind: "labels",
      count: 100,
      pictures: "test",
      measures: { accuracy: 0.9 },
      classes: [],
    } as const;
    expect(read({ ...run, evaluation })).toEqual(["It gets 90.0% of the labels of the test pictures right."]);
  });

  test("of new pictures expects no less", () => {
    const evaluation = { count: 100, pictures: "test", measures: { accuracy: 0.9 }, classes: [] };
    expect(read({ ...run, evaluation }).join(" ")).not.toContain("expect a little less");
  });

  test("says so where there is no accuracy, no result, or a failure", () => {
    const phases = [{ name: "head", epochs: 4, seconds: 1 }];
    expect(read({ ...run, phases, result: { valLoss: 0.5 } })).toEqual([
      "The validation loss is 0.5000 after 4 epochs.",
    ]);
    expect(read({ ...run, result: undefined })).toEqual(["The run has no result yet."]);
    expect(read({ ...run, status: "failed", error: "The disk is full." })).toEqual([
      "The run failed.",
      "The disk is full.",
    ]);
  });
});

test("an interval that was drawn is taken, unless all draws were alike", () => {
  const evaluation = { count: 10, measures: { accuracy: 1 }, classes: [] };
  const drawn = (low: number, high: number) =>
    judgedOf({ ...run, evaluation: { ...evaluation, intervals: { accuracy: { low, high } } } })?.interval;
  expect(drawn(0.8, 1)).toEqual({ low: 0.8, high: 1 });
  expect(drawn(1, 1)?.low).toBeCloseTo(0.7225, 4);
});

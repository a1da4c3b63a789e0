import { describe, expect, test } from "vitest";
import { keptEpoch } from "./kept.ts";
import { comparisonNotes, type NotedResult, phasesTold } from "./notes.ts";

const strategy = (name: "head" | "full", ...epochs: (number | null)[]) => ({
  name,
  runs: epochs.map((epoch) => ({ keptEpoch: epoch })),
});

const result: NotedResult = {
  examples: { val: 250 },
  best: "full",
  reach: 0.8341,
  strategies: [strategy("head", 7, 5), strategy("full", 14, 14)],
};

describe("the notes of a comparison", () => {
  test("say what an interval is, which epochs are judged and what is to be reached", () => {
    expect(comparisonNotes(result, { metric: "loss", isReachGiven: false })).toEqual([
      "A 95% interval holds the number in 95% of samples: seeds and the 250 validation pictures are drawn again with replacement, the same for every strategy.",
      "Accuracy and loss are of the epoch with the lowest validation loss, as training keeps it: head 7 and 5, full 14 and 14; the same 250 pictures choose that epoch and judge it, which is a little generous to all.",
      "Epochs to 83.4%, 95% of the accuracy of full: counted for each seed to its first epoch as good, then the mean of those that got there.",
    ]);
  });

  test("name another metric, and an accuracy that was asked for", () => {
    const [, kept, reach] = comparisonNotes(result, { metric: "accuracy", isReachGiven: true });
    expect(kept).toMatch(/^Accuracy and loss are of the epoch with the highest validation accuracy, /);
    expect(reach).toMatch(/^Epochs to 83\.4%, the accuracy that was asked for: /);
  });

  test("of one seed speak of no seeds", () => {
    const one = { ...result, strategies: [strategy("head", 7)] };
    const notes = comparisonNotes(one, { metric: "loss", isReachGiven: false }).join(" ");
    expect(notes).toContain("head 7;");
    expect(notes).not.toContain("seed");
  });
});

test("phases are told with their epochs and learning rates, of trainings that ended early as a span", () => {
  const [head, tune] = [
    { epochs: 10, learningRate: 0.003 },
    { epochs: 5, learningRate: 0.00001 },
  ];
  expect(phasesTold([[head, tune]])).toBe("10 epochs, learning rate 0.003; then 5 with the base, 0.00001");
  expect(phasesTold([[head], [{ ...head, epochs: 8 }]])).toBe("8 to 10 epochs, learning rate 0.003");
  expect(phasesTold([[{ ...head, epochs: 1 }]])).toBe("1 epoch, learning rate 0.003");
});

test("the epoch that is kept is the first of the best, by loss or by another metric", () => {
  const epoch = (at: number, valLoss: number, accuracy: number) => ({
    ...{ phase: "head" as const, epoch: at, loss: 1, metrics: {}, valLoss, valMetrics: { accuracy } },
    ...{ learningRate: 0.1, examples: 1, seconds: 1 },
  });
  const history = [epoch(1, 0.5, 0.7), epoch(2, 0.4, 0.8), epoch(3, 0.4, 0.9), epoch(4, Number.NaN, 0.9)];
  expect(keptEpoch({ history }, "valLoss")).toBe(2);
  expect(keptEpoch({ history }, "valAccuracy")).toBe(3);
  expect(keptEpoch({ history: history.slice(3) }, "valLoss")).toBeNull();
});

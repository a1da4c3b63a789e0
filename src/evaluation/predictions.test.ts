import { describe, expect, test } from "vitest";
import { summarize } from "./evaluation.ts";
import { predictionLog } from "./prediction-log.ts";
import { Predictions } from "./predictions.ts";
import { predictionsCsv } from "./predictions-csv.ts";
import { rankingOf, rocAuc } from "./ranking.ts";

const ants = {
  labels: ["ants", "bees"],
  exclusive: true,
  activation: "softmax",
  indices: [4, 2, 9],
  logits: Float32Array.of(0, 60, 0, 50, 0, 40),
  targets: Float32Array.of(0, 1, 1, 0, 1, 0),
  losses: Float32Array.of(0, 50, 40),
} as const;

describe("predictions", () => {
  test("are ranked where their scores are all rounded to 1", () => {
    const predictions = new Predictions(ants);
    expect([0, 1, 2].map((row) => predictions.score(row, 1))).toEqual([1, 1, 1]);
    const ranking = rankingOf(predictions, 1);
    expect(ranking && rocAuc(ranking)).toBe(1);
    expect(predictions.logScore(1, 0)).toBeCloseTo(-50, 9);
  });

  test("a threshold is met by a score that equals it", () => {
    const even = { ...ants, logits: new Float32Array(6) };
    const chosen = (threshold?: number) => [...new Predictions({ ...even, threshold }).chosen];
    expect([chosen(), chosen(0.5), chosen(0.51)]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });

  test("of one class per sigmoid have no log loss, as their scores do not sum to 1, but are calibrated", () => {
    const { measures, calibration } = summarize(new Predictions({ ...ants, activation: "sigmoid" }));
    expect([measures.logLoss, measures.brierScore]).toEqual([undefined, undefined]);
    expect(calibration?.error).toBeGreaterThan(0);
  });

  // Bees are told from ants by every pair; of the ants all scores are 0, half of each pair.
  test("of values that stand for classes are ranked, and no probabilities", () => {
    const { measures, calibration, kind } = summarize(new Predictions({ ...ants, activation: "identity" }));
    expect([kind, calibration, measures.rocAuc, measures.logLoss]).toEqual(["classes", undefined, 0.75, undefined]);
  });

  test("gathered in batches are those of all at once, though an engine writes over its outputs", () => {
    const { labels, exclusive, activation, ...all } = ants;
    const log = predictionLog({ labels, exclusive, activation });
    const [logits, targets, losses] = [new Float32Array(4), new Float32Array(4), new Float32Array(2)];
    const put = (from: number, to: number) => {
      logits.set(all.logits.subarray(2 * from, 2 * to));
      targets.set(all.targets.subarray(2 * from, 2 * to));
      losses.set(all.losses.subarray(from, to));
      const [width, count] = [2 * (to - from), to - from];
      const indices = all.indices.slice(from, to);
      log.add({
        indices,
        logits: logits.subarray(0, width),
        targets: targets.subarray(0, width),
        losses: losses.subarray(0, count),
      });
    };
    put(0, 2);
    put(2, 3);
    expect(summarize(log.predictions())).toEqual(summarize(new Predictions(ants)));
  });
});

describe("summarize", () => {
  test("of nothing says nothing, and does not fail", () => {
    const none = { indices: [], logits: new Float32Array(), targets: new Float32Array(), losses: new Float32Array() };
    for (const [activation, exclusive] of [
      ["softmax", true],
      ["sigmoid", false],
      ["identity", false],
    ] as const) {
      const evaluation = summarize(new Predictions({ labels: ["a", "b"], activation, exclusive, ...none }));
      expect([evaluation.count, evaluation.intervals, evaluation.worst]).toEqual([0, {}, []]);
      for (const value of Object.values(evaluation.measures)) expect(value).not.toBeNaN();
    }
  });

  test("leads with a loss that is not a number", () => {
    const losses = Float32Array.of(0, 50, Number.NaN);
    expect(summarize(new Predictions({ ...ants, losses })).worst.map(({ index }) => index)).toEqual([9, 2]);
  });

  test("draws the same samples for the same seed", () => {
    const predictions = new Predictions(ants);
    const of = (seed: number) => summarize(predictions, { seed, resamples: 50 }).intervals;
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test("of one example that is right is far from certain", () => {
    const one = {
      ...{ indices: [0], logits: Float32Array.of(0, 1), targets: Float32Array.of(0, 1) },
      losses: Float32Array.of(0.3),
    };
    const { low, high } = summarize(new Predictions({ ...ants, ...one })).intervals.accuracy ?? {};
    // Wilson's: 1 / (1 + 1.96²)
    expect([low, high]).toEqual([expect.closeTo(0.2065, 4), 1]);
  });
});

test("a table of predictions quotes what would break it", () => {
  const labels = ['an "ant"', "bees, wasps"];
  const csv = predictionsCsv(new Predictions({ ...ants, labels, logits: Float32Array.of(0, 60, 0, 0, 0, 0) }), {
    nameOf: (index) => `${index}.jpg`,
  });
  expect(csv.split("\r\n").slice(0, 3)).toEqual([
    'name,truth,predicted,score,loss,"score:an ""ant""","score:bees, wasps"',
    `4.jpg,"bees, wasps","bees, wasps",1,0,${Math.exp(-60)},1`,
    '2.jpg,"an ""ant""","an ""ant""",0.5,50,0.5,0.5',
  ]);
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { goldenUrl } from "../../test/golden.ts";
import { bootstrapIntervals, quantile } from "./bootstrap.ts";
import { calibration } from "./calibration.ts";
import type { FoundAverages } from "./classification-report.ts";
import { type Evaluation, summarize } from "./evaluation.ts";
import { measures, topKAccuracy } from "./measures.ts";
import { Predictions } from "./predictions.ts";
import { curveOf, cutsOf, rankingOf } from "./ranking.ts";
import type { Activation } from "./scores.ts";
import { bestThreshold } from "./threshold.ts";

/** What scikit-learn says; see make_metrics.py beside it. */
interface Judged {
  readonly accuracy: number;
  readonly perClass: Readonly<Record<"precision" | "recall" | "f1" | "count", readonly number[]>>;
  readonly averages: Readonly<Record<keyof FoundAverages, Readonly<Record<"precision" | "recall" | "f1", number>>>>;
  readonly logLoss: number;
  readonly brier: number;
  readonly calibration: readonly Reliability[];
  readonly rocAuc: readonly (number | null)[];
  readonly averagePrecision: readonly (number | null)[];
  readonly macroRocAuc: number;
  readonly macroAveragePrecision: number;
}

interface Reliability {
  readonly bins: number;
  readonly error: number;
  readonly accuracy: readonly number[];
  readonly confidence: readonly number[];
}

interface Classes extends Judged {
  readonly logits: readonly number[];
  readonly truth: readonly number[];
  readonly classes: number;
  readonly balancedAccuracy: number;
  readonly confusion: readonly (readonly number[])[];
  readonly topK?: Readonly<Record<string, number>>;
}

interface Golden {
  readonly ties: Classes;
  readonly seven: Classes;
  readonly binary: Classes & {
    readonly z: readonly number[];
    readonly bestYouden: number;
    readonly bestF1: number;
    readonly curve: { readonly fpr: readonly number[]; readonly tpr: readonly number[] };
    readonly atThreshold: Readonly<Record<string, { readonly accuracy: number; readonly f1: number }>>;
  };
  readonly labels: Judged & {
    readonly logits: readonly number[];
    readonly targets: readonly number[];
    readonly exactMatch: number;
  };
  readonly values: Readonly<
    Record<"values" | "targets" | "meanAbsoluteError" | "rootMeanSquaredError" | "r2", readonly number[]>
  > & { readonly meanR2: number };
  readonly bootstrap: {
    readonly hits: readonly number[];
    readonly low: number;
    readonly high: number;
    readonly numbers: readonly number[];
    readonly quantiles: Readonly<Record<string, number>>;
  };
}

const golden = JSON.parse(readFileSync(goldenUrl("metrics/metrics.json"), "utf8")) as Golden;
const exact = { rtol: 1e-9, atol: 1e-12 };

interface Said {
  readonly logits: readonly number[];
  readonly targets: readonly number[];
  readonly activation: Activation;
  readonly exclusive?: boolean;
  readonly labels: number;
  readonly count: number;
  readonly threshold?: number;
}

const predictionsOf = ({ logits, targets, activation, exclusive = true, labels, count, threshold }: Said) =>
  new Predictions({
    ...{ activation, exclusive, threshold },
    labels: Array.from({ length: labels }, (_, at) => `class ${at}`),
    indices: Array.from({ length: count }, (_, at) => at),
    logits: Float32Array.from(logits),
    targets: Float32Array.from(targets),
    losses: new Float32Array(count),
  });

const oneHot = ({ truth, classes }: Classes) =>
  truth.flatMap((label) => Array.from({ length: classes }, (_, at) => Number(at === label)));

const exclusive = (from: Classes) =>
  predictionsOf({
    logits: from.logits,
    targets: oneHot(from),
    activation: "softmax",
    labels: from.classes,
    count: from.truth.length,
  });

const { binary, labels, values } = golden;
const single = (threshold?: number) =>
  predictionsOf({
    logits: binary.z,
    targets: binary.truth,
    activation: "sigmoid",
    labels: 2,
    count: binary.z.length,
    ...(threshold === undefined ? {} : { threshold }),
  });
const several = predictionsOf({
  logits: labels.logits,
  targets: labels.targets,
  activation: "sigmoid",
  exclusive: false,
  labels: 5,
  count: 40,
});

function expectJudged(predictions: Predictions, wanted: Judged): Evaluation {
  const evaluation = summarize(predictions, { resamples: 0 });
  const { classes, averages, measures: measured } = evaluation;
  for (const key of ["precision", "recall", "f1", "count"] as const) {
    expect(classes.map((row) => row[key])).toBeAllclose(wanted.perClass[key], exact);
  }
  expect(classes.map(({ rocAuc }) => rocAuc ?? null)).toEqual(wanted.rocAuc.map(close));
  expect(classes.map(({ averagePrecision }) => averagePrecision ?? null)).toEqual(wanted.averagePrecision.map(close));
  for (const kind of ["macro", "weighted", "micro"] as const) {
    const { precision, recall, f1 } = wanted.averages[kind];
    expect(averages?.[kind]).toEqual({ precision: close(precision), recall: close(recall), f1: close(f1) });
  }
  expect(measured).toMatchObject({
    accuracy: close(wanted.accuracy),
    macroF1: close(wanted.averages.macro.f1),
    weightedF1: close(wanted.averages.weighted.f1),
    rocAuc: close(wanted.macroRocAuc),
    averagePrecision: close(wanted.macroAveragePrecision),
    logLoss: close(wanted.logLoss),
    brierScore: close(wanted.brier),
  });
  for (const { bins, error, accuracy, confidence } of wanted.calibration) {
    const found = calibration(predictions, { bins });
    const filled = found?.bins.filter(({ count }) => count > 0) ?? [];
    expect(found?.error).toEqual(close(error));
    expect(filled.map((bin) => bin.accuracy)).toBeAllclose(accuracy, exact);
    expect(filled.map((bin) => bin.confidence)).toBeAllclose(confidence, exact);
  }
  return evaluation;
}

const close = (value: number | null) => (value === null ? null : expect.closeTo(value, 10));

describe("equals scikit-learn", () => {
  test.each(["ties", "seven", "binary"] as const)("on exclusive classes: %s", (name) => {
    const wanted = golden[name];
    const { confusion, measures: measured } = expectJudged(exclusive(wanted), wanted);
    expect(confusion).toEqual(wanted.confusion);
    expect(measured.balancedAccuracy).toEqual(close(wanted.balancedAccuracy));
  });

  test("on a single logit of two classes", () => {
    const { measures: measured } = expectJudged(single(), binary);
    expect(measured.balancedAccuracy).toEqual(close(binary.balancedAccuracy));
  });

  test("on labels that stand side by side", () => {
    const { measures: measured } = expectJudged(several, labels);
    expect(measured).toMatchObject({
      exactMatch: close(labels.exactMatch),
      microF1: close(labels.averages.micro.f1),
    });
  });

  test("on top k, where no scores of an example are equal", () => {
    const predictions = exclusive(golden.seven);
    const ks = Object.entries(golden.seven.topK ?? {});
    expect(ks.length).toBe(6);
    for (const [k, share] of ks) expect(topKAccuracy(predictions, Number(k))).toEqual(close(share));
    expect(measures.top5Accuracy.of(predictions)).toEqual(close(golden.seven.topK?.[5] ?? null));
  });

  test("on a threshold, equal scores included", () => {
    for (const [threshold, { accuracy, f1 }] of Object.entries(binary.atThreshold)) {
      const predictions = single(Number(threshold));
      expect(measures.accuracy.of(predictions)).toEqual(close(accuracy));
      expect(summarize(predictions, { resamples: 0 }).classes[1]?.f1).toEqual(close(f1));
    }
  });

  test("on the best points of the ROC and the precision-recall curve", () => {
    const curve = curveOf(rankingOf(single(), 1) ?? { positives: new Float64Array(), negatives: new Float64Array() });
    expect(Math.max(...curve.map(({ recall, falsePositiveRate }) => recall - falsePositiveRate))).toEqual(
      close(binary.bestYouden),
    );
    expect(Math.max(...curve.map(({ recall, precision }) => (2 * precision * recall) / (precision + recall)))).toEqual(
      close(binary.bestF1),
    );
    // scikit-learn's curve has further points where no other example of the class comes in.
    const points = binary.curve.tpr.map((tpr, at) => [tpr.toFixed(9), binary.curve.fpr[at]?.toFixed(9)].join());
    for (const { recall, falsePositiveRate } of curve) {
      if (binary.curve.tpr.some((tpr) => Math.abs(tpr - recall) < 1e-9)) {
        expect(points).toContain([recall.toFixed(9), falsePositiveRate.toFixed(9)].join());
      }
    }
  });

  test("on what the best thresholds reach", () => {
    const [f1, youden] = [bestThreshold(single(), "f1"), bestThreshold(single(), "youden")];
    expect(summarize(single(f1), { resamples: 0 }).classes[1]?.f1).toEqual(close(binary.bestF1));
    const balanced = measures.balancedAccuracy.of(single(youden)) ?? 0;
    expect(2 * balanced - 1).toEqual(close(binary.bestYouden));
  });

  test("on values, one of them the same for all", () => {
    const predictions = predictionsOf({
      logits: values.values,
      targets: values.targets,
      activation: "identity",
      exclusive: false,
      labels: 3,
      count: 20,
    });
    const { outputs = [], measures: measured, classes, averages } = summarize(predictions, { resamples: 0 });
    for (const key of ["meanAbsoluteError", "rootMeanSquaredError", "r2"] as const) {
      expect(outputs.map((row) => row[key] ?? Number.NaN)).toBeAllclose(values[key], exact);
    }
    expect(measured.r2).toEqual(close(values.meanR2));
    expect([classes, averages, measured.accuracy]).toEqual([[], undefined, undefined]);
  });
});

test("quantiles are numpy's", () => {
  const rising = [...golden.bootstrap.numbers].sort((a, b) => a - b);
  for (const [share, wanted] of Object.entries(golden.bootstrap.quantiles)) {
    expect(quantile(rising, Number(share))).toEqual(close(wanted));
  }
});

test("the interval of an accuracy is scipy's, but for the samples that are drawn", () => {
  const { hits, low, high } = golden.bootstrap;
  const accuracy = (rows: Int32Array) => rows.reduce((sum, row) => sum + (hits[row] ?? 0), 0) / rows.length;
  const { accuracy: found } = bootstrapIntervals({
    count: hits.length,
    statistics: { accuracy },
    resamples: 5000,
    seed: 3,
  });
  expect(Math.abs((found?.low ?? 0) - low)).toBeLessThan(0.01);
  expect(Math.abs((found?.high ?? 0) - high)).toBeLessThan(0.01);
});

test("every cut of a ranking lets in another example of the class", () => {
  const ranking = rankingOf(single(), 1);
  const cuts = ranking ? cutsOf(ranking) : [];
  expect(cuts.map(({ truePositives }) => truePositives)).toEqual(
    [...new Set(cuts.map(({ truePositives }) => truePositives))].sort((a, b) => a - b),
  );
  expect(cuts.at(-1)?.truePositives).toBe(binary.truth.filter((label) => label === 1).length);
});

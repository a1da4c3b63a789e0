import { expect, test } from "vitest";
import { summarize } from "../../evaluation/evaluation.ts";
import { Predictions } from "../../evaluation/predictions.ts";
import type { EvaluateResult } from "../../tasks/evaluate-run.ts";
import { evaluationLines } from "./evaluation.ts";
import { Terminal } from "./terminal.ts";

const { colors } = new Terminal({ write: () => {} });

/** @param said [true class, chosen class, how many] */
function resultOf(labels: readonly string[], said: readonly (readonly [number, number, number])[]): EvaluateResult {
  const rows = said.flatMap(([truth, choice, times]) => Array.from({ length: times }, () => ({ truth, choice })));
  const flat = (of: (row: { truth: number; choice: number }) => number, high: number) =>
    Float32Array.from(rows.flatMap((row) => labels.map((_, at) => (at === of(row) ? high : 0))));
  const predictions = new Predictions({
    labels,
    activation: "softmax",
    exclusive: true,
    indices: rows.map((_, at) => at),
    logits: flat(({ choice }) => choice, 2),
    targets: flat(({ truth }) => truth, 1),
    losses: Float32Array.from(rows, ({ truth, choice }) => (truth === choice ? 0.1 : 2)),
  });
  const evaluation = summarize(predictions, { nameOf: (index) => `${index}.jpg`, resamples: 200 });
  const { accuracy = 0, loss = 0 } = evaluation.measures;
  return { count: rows.length, loss, accuracy, classes: [], evaluation, skipped: [] };
}

test("shows an evaluation class by class, and where it is wrong", () => {
  const result = resultOf(
    ["ants", "honeybees"],
    [
      [0, 0, 63],
      [0, 1, 2],
      [1, 1, 83],
    ],
  );
  expect(evaluationLines(result, colors).join("\n")).toMatchInlineSnapshot(`
    "
      accuracy 98.6% · 95% interval 96.6% to 100.0% · 148 pictures · loss 0.1257
      balanced accuracy 98.5% · macro F1 98.6% · ROC-AUC 0.9846 · calibration error 10.6%

                 recall                        precision     F1  pictures
      ants       ━━━━━━━━━━━━━━━━━━━╸   96.9%     100.0%  98.4%        65
      honeybees  ━━━━━━━━━━━━━━━━━━━━  100.0%      97.6%  98.8%        83

      taken for →  ants  honeybees
      ants           63          2
      honeybees       ·         83

      worst mistakes what the model said, and how sure it was
        63.jpg  honeybees  88.1%  loss 2.0000
        64.jpg  honeybees  88.1%  loss 2.0000
    "
  `);
});

test("of many classes shows the worst, and the pairs that are confused", () => {
  const labels = Array.from({ length: 40 }, (_, at) => `class ${at}`);
  const right = labels.map((_, at) => [at, at, 3] as const);
  const text = evaluationLines(resultOf(labels, [...right, [7, 3, 4], [8, 9, 1]]), colors).join("\n");
  expect(text).toContain("the 30 with the lowest F1 of 40 classes");
  expect(text).not.toContain("taken for");
  expect(text).toMatch(/most confused\n {4}class 7 {2}→ {2}class 3 {2}4 {2}57\.1% of class 7\n/);
  expect(text).toMatch(/top 5 \d/);
});

test("leaves out what there is nothing to say of", () => {
  const text = evaluationLines(resultOf(["a", "b", "c"], [[0, 0, 5]]), colors).join("\n");
  expect(text).not.toContain("worst mistakes");
  expect(text).not.toContain("most confused");
  expect(text).not.toContain("ROC-AUC");
});

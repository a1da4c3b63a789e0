import type { ClassEvaluation, Evaluation } from "../../evaluation/evaluation.ts";
import type { EvaluateResult } from "../../tasks/evaluate-run.ts";
import { bar } from "./bar.ts";
import { columns } from "./columns.ts";
import { confusionLines } from "./confusion.ts";
import { count, counted, decimals, percent } from "./format.ts";
import { skippedLines } from "./skipped.ts";
import type { Colors } from "./terminal.ts";

const barWidth = 20;
/** Of more classes than this, those that are found worst are shown. */
const mostClasses = 30;
const mostMistakes = 8;

/** How good a model is, class by class, and where it is wrong. */
export function evaluationLines(result: EvaluateResult, colors: Colors): readonly string[] {
  const { evaluation } = result;
  return [
    "",
    ...headLines(result, colors),
    "",
    ...classLines(evaluation, colors),
    ...confusionLines(evaluation, colors),
    ...mistakeLines(evaluation, colors),
    ...skippedLines(result.skipped, colors),
    "",
  ];
}

function headLines({ accuracy, loss, count: pictures, evaluation }: EvaluateResult, colors: Colors): readonly string[] {
  const { bold, dim } = colors;
  const { intervals, measures, calibration } = evaluation;
  const { low, high } = intervals.accuracy ?? {};
  const facts = [
    ...(low === undefined ? [] : [`95% interval ${percent(low)} to ${percent(high)}`]),
    counted(pictures, "picture"),
    `loss ${decimals(loss)}`,
  ];
  const more = [
    ["balanced accuracy", percent(measures.balancedAccuracy)],
    ["macro F1", percent(measures.macroF1)],
    ["top 5", percent(measures.top5Accuracy)],
    ["ROC-AUC", decimals(measures.rocAuc)],
    ["calibration error", percent(calibration?.error)],
  ].filter(([, value]) => value !== "–");
  return [
    `  ${dim("accuracy")} ${bold(percent(accuracy))} ${dim(`· ${facts.join(" · ")}`)}`,
    `  ${dim(more.map(([name, value]) => `${name} ${value}`).join(" · "))}`,
  ];
}

function classLines({ classes, threshold }: Evaluation, colors: Colors): readonly string[] {
  const { dim } = colors;
  const seen = classes.filter((row) => row.count > 0 || row.predicted > 0);
  const shown = seen.length > mostClasses ? [...seen].sort((a, b) => a.f1 - b.f1).slice(0, mostClasses) : seen;
  const header = ["", dim("recall"), "", dim("precision"), dim("F1"), dim("pictures")];
  const second = classes[1]?.name;
  return [
    ...columns([header, ...shown.map((row) => classRow(row, colors))], { right: [2, 3, 4, 5] }),
    ...(shown.length < seen.length
      ? [dim(`  the ${mostClasses} with the lowest F1 of ${count(seen.length)} classes: --json lists all`)]
      : []),
    ...(threshold === undefined ? [] : [dim(`  ${second} from a score of ${percent(threshold)} on`)]),
  ];
}

function classRow({ name, recall, precision, f1, count: pictures }: ClassEvaluation, colors: Colors) {
  // Of a class that has no picture here there is nothing to find.
  const found = pictures === 0 ? ["", "–"] : [bar(recall, { width: barWidth, colors }), percent(recall)];
  return [name, ...found, percent(precision), percent(f1), colors.dim(count(pictures))];
}

function mistakeLines({ worst }: Evaluation, { dim, yellow }: Colors): readonly string[] {
  if (worst.length === 0) return [];
  const rows = worst
    .slice(0, mostMistakes)
    .map(({ name, predicted, score, loss }) => [
      name,
      predicted ?? "",
      score === undefined ? "" : percent(score),
      dim(`loss ${decimals(loss)}`),
    ]);
  return [
    "",
    `  ${yellow("worst mistakes")} ${dim("what the model said, and how sure it was")}`,
    ...columns(rows, { right: [2], indent: 4 }),
  ];
}

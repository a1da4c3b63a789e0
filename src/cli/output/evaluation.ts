import type { EvaluateResult } from "../../tasks/evaluate-run.ts";
import { bar } from "./bar.ts";
import { columns } from "./columns.ts";
import { count, counted, decimals, percent } from "./format.ts";
import { skippedLines } from "./skipped.ts";
import type { Colors } from "./terminal.ts";

const barWidth = 20;

/** Loss and accuracy, then a line per class. */
export function evaluationLines(result: EvaluateResult, colors: Colors): readonly string[] {
  const { bold, dim } = colors;
  const rows = result.classes.map((row) => [
    row.name,
    bar(row.accuracy, { width: barWidth, colors }),
    percent(row.accuracy),
    dim(`of ${count(row.count)}`),
  ]);
  const facts = [counted(result.count, "picture"), `loss ${decimals(result.loss)}`];
  return [
    "",
    `  ${dim("accuracy")} ${bold(percent(result.accuracy))} ${dim(`· ${facts.join(" · ")}`)}`,
    "",
    ...columns(rows, { right: [2, 3] }),
    ...skippedLines(result.skipped, colors),
    "",
  ];
}

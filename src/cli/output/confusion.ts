import type { Evaluation } from "../../evaluation/evaluation.ts";
import { columns } from "./columns.ts";
import { count, percent } from "./format.ts";
import type { Colors } from "./terminal.ts";

/** More classes than this do not fit on a line. */
const mostColumns = 10;
const mostPairs = 5;
const nameWidth = 12;

/** The confusion matrix where the classes are few, and the pairs that are confused most where they are more than two. */
export function confusionLines(evaluation: Evaluation, colors: Colors): readonly string[] {
  return [...matrixLines(evaluation, colors), ...(evaluation.classes.length > 2 ? pairLines(evaluation, colors) : [])];
}

function matrixLines({ classes, confusion }: Evaluation, colors: Colors): readonly string[] {
  const { dim, bold, yellow } = colors;
  const seen = classes.flatMap((row, at) => (row.count > 0 || row.predicted > 0 ? [{ name: row.name, at }] : []));
  if (!confusion || seen.length > mostColumns) return [];
  const header = [dim("taken for →"), ...seen.map(({ name }) => dim(shortened(name)))];
  const rows = seen.map(({ name, at: truth }) => [
    name,
    ...seen.map(({ at: said }) => {
      const cell = confusion[truth]?.[said] ?? 0;
      if (cell === 0) return dim("·");
      return truth === said ? bold(count(cell)) : yellow(count(cell));
    }),
  ]);
  return ["", ...columns([header, ...rows], { right: seen.map((_, at) => at + 1) })];
}

function pairLines({ confused }: Evaluation, { dim }: Colors): readonly string[] {
  if (confused.length === 0) return [];
  const rows = confused
    .slice(0, mostPairs)
    .map(({ truth, predicted, count: times, share }) => [
      truth,
      dim("→"),
      predicted,
      count(times),
      dim(`${percent(share)} of ${truth}`),
    ]);
  return ["", `  ${dim("most confused")}`, ...columns(rows, { right: [3], indent: 4 })];
}

const shortened = (name: string): string =>
  [...name].length <= nameWidth ? name : `${[...name].slice(0, nameWidth - 1).join("")}…`;

import { bytes } from "../../base/words.ts";
import type { CompareEvent, CompareResult, StrategyResult } from "../../tasks/compare.ts";
import { bar } from "./bar.ts";
import { columns } from "./columns.ts";
import { count, decimals, duration, percent, shellWord } from "./format.ts";
import type { Colors, Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

const barWidth = 20;

/** What --json prints for an event, or undefined where it is only for the eye. */
export function comparisonLine(event: CompareEvent): object | undefined {
  if (event.type === "run" || event.type === "probing" || event.type === "training" || event.type === "reporting")
    return undefined;
  if (event.type !== "trained") return event;
  const { history: _, ...rest } = event;
  return rest;
}

/** What a comparison came to: a row per strategy, the learning curve, which to take, where things lie, what to type next. */
export function comparisonSummary(
  result: CompareResult,
  { colors, columns: width }: Pick<Terminal, "colors" | "columns">,
) {
  const { bold, dim, green, yellow } = colors;
  const { examples, folder, stopped, take, report } = result;
  const [sentence, ...rest] = wrap(result.sentence, Math.min(100, width) - 4);
  return [
    "",
    `  ${bold("Accuracy")} ${dim(`on ${count(examples.val)} validation pictures, mean of the seeds; of loss, time and epochs too`)}`,
    ...columns([headings(result, colors), ...result.strategies.map((one) => strategyRow(one, result, colors))], {
      right: [2, 3, 4, 5, 6, 7],
    }),
    ...stepLines(result, colors),
    ...sizeLines(result, colors),
    ...result.failed.map(({ name, reason }) => `  ${yellow("!")} ${name} came to nothing: ${reason}`),
    "",
    `  ${green("✓")} ${bold(sentence ?? "")}`,
    ...rest.map((line) => `    ${bold(line)}`),
    "",
    ...result.notes.flatMap((note) => wrap(note, Math.min(100, width) - 4).map((line) => `    ${dim(line)}`)),
    "",
    ...(stopped === "interrupted" ? [yellow("  stopped by Ctrl-C before the end: judged by what was done")] : []),
    `    ${dim(`the best model of "${take}" →`)} ${bold(folder)}`,
    ...(report === undefined ? [] : [`    ${dim("report →")} ${report}`]),
    "",
    dim("  next"),
    `    npx regraft predict ${shellWord(folder)} <pictures>`,
  ];
}

function headings({ reach }: CompareResult, { dim }: Colors): readonly string[] {
  return ["", "", "accuracy", "95% interval", "loss", "a training", `epochs to ${percent(reach)}`, "memory"].map(dim);
}

function strategyRow(
  { name, accuracy, loss, seconds, peakBytes, runs }: StrategyResult,
  { take }: CompareResult,
  colors: Colors,
): readonly string[] {
  const { bold, dim } = colors;
  const reached = runs.flatMap(({ epochsToReach }) => epochsToReach ?? []);
  const mean = reached.reduce((sum, epochs) => sum + epochs, 0) / reached.length;
  const never = reached.length === runs.length ? "" : ` (${reached.length} of ${runs.length})`;
  return [
    name === take ? bold(name) : name,
    bar(accuracy.mean, { width: barWidth, colors }),
    bold(percent(accuracy.mean)),
    dim(`${percent(accuracy.low)} to ${percent(accuracy.high)}`),
    decimals(loss.mean),
    duration(seconds),
    reached.length === 0 ? "never" : `${mean.toFixed(1)}${never}`,
    bytes(peakBytes),
  ];
}

/** What each strategy is, in how many epochs and with which learning rates. */
const stepLines = ({ strategies }: CompareResult, { dim }: Colors): readonly string[] => [
  "",
  ...columns(strategies.map(({ name, about, steps }) => [name, dim(`${about}: ${steps}`)])),
];

/** A column for each share of the pictures. */
function sizeLines({ sizes, strategies }: CompareResult, { bold, dim }: Colors): readonly string[] {
  if (sizes.length === 0) return [];
  const heads = [
    "",
    ...sizes.map(({ share, examples }) => dim(`${Math.round(1000 * share) / 10}% (${count(examples)})`)),
  ];
  const rows = strategies.map(({ name }) => [
    name,
    ...sizes.map((size) => percent(size.strategies.find((one) => one.name === name)?.accuracy.mean)),
  ]);
  return [
    "",
    `  ${bold("Accuracy by the share of the training pictures")}`,
    ...columns([heads, ...rows], { right: sizes.map((_, at) => at + 1) }),
  ];
}

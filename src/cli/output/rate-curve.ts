import type { FoundLearningRate } from "../../tasks/find-learning-rate.ts";
import { curveRange, decades, onLogScale, rateText, roundNumbers } from "../../tasks/rate-axes.ts";
import { brailleLine } from "./braille.ts";
import { pad } from "./columns.ts";
import type { Terminal } from "./terminal.ts";

const height = 12;
const widest = 72;

/** The smoothed loss over a log scale of learning rates, and a mark below the rate that is suggested. */
export function rateCurve(
  { points, suggestion }: Pick<FoundLearningRate, "points" | "suggestion">,
  { columns, colors: { dim, cyan, green } }: Pick<Terminal, "columns" | "colors">,
): readonly string[] {
  const { rates, losses } = curveRange(points);
  const row = (loss: number) => ((losses.max - loss) / (losses.max - losses.min)) * (4 * height - 1);
  const labels = new Map(roundNumbers(losses).map((loss) => [Math.floor(row(loss) / 4), String(loss)]));
  const gutter = Math.max(...[...labels.values()].map(({ length }) => length));
  const width = Math.max(20, Math.min(widest, columns - gutter - 6));
  const column = (rate: number) => onLogScale(rate, rates) * (width - 1);
  const dots = points
    .filter(({ smoothed }) => Number.isFinite(smoothed))
    .map(({ learningRate, smoothed }) => ({ x: onLogScale(learningRate, rates) * (2 * width - 1), y: row(smoothed) }));
  const rows = brailleLine(dots, { width, height }).map((line, at) => {
    const label = labels.get(at);
    return `  ${dim(pad(label ?? "", gutter, true))} ${dim(label ? "┤" : "│")}${cyan(line)}`;
  });
  const below = " ".repeat(gutter + 4);
  const ticks = decades(rates).filter((rate) => onLogScale(rate, rates) <= 1);
  const places = ticks.map((rate) => ({ at: Math.round(column(rate)), text: rateText(rate) }));
  const axis = Array.from({ length: width }, (_, at) => (places.some((tick) => tick.at === at) ? "┬" : "─")).join("");
  return [
    ...rows,
    dim(`  ${" ".repeat(gutter)} └${axis}`),
    dim(`${below.slice(0, -overhang)}${spread(places, width)}`),
    ...(suggestion === null ? [] : [`${below}${" ".repeat(Math.round(column(suggestion)))}${green("▲")}`]),
  ].map((line) => line.trimEnd());
}

/** What a text may stand out over the axis. */
const overhang = 2;

/** Texts centred on their places, those left out for which there is no room; the line begins `overhang` before the axis. */
function spread(texts: readonly { readonly at: number; readonly text: string }[], width: number): string {
  return texts.reduce((line, { at, text }) => {
    const start = Math.min(width + 2 * overhang - text.length, at + overhang - Math.floor(text.length / 2));
    return start < 0 || (line && start <= line.length) ? line : line.padEnd(start) + text;
  }, "");
}

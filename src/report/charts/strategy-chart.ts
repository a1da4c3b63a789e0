import { percent } from "../../base/words.ts";
import type { Html } from "../html.ts";
import { color } from "../palette.ts";
import type { Summary } from "../verdict.ts";
import { type Drawer, dotOf, gridX, tickCount } from "./drawer.ts";
import { strategyLook } from "./looks.ts";

/** Accuracies of strategies: a small dot per run, their mean, and its 95% interval. */
export function strategyChart({ plot, draw }: Drawer, summaries: readonly Summary[]): Html {
  const names = summaries.map(({ strategy }) => strategy.name);
  const all = summaries.flatMap(({ runs }) => runs.map(({ accuracy }) => accuracy));
  const ends = summaries.flatMap(({ accuracy: { interval } }) => (interval ? [interval.low, interval.high] : []));
  const low = Math.max(0, Math.min(...all, ...ends));
  const high = Math.min(1, Math.max(...all, ...ends));
  return draw({
    label: `Dot plot of accuracy by strategy: ${summaries.map(told).join("; ")}.`,
    height: 64 + 44 * names.length,
    marginTop: 12,
    marginLeft: 12 + 7.5 * Math.max(...names.map((name) => name.length)),
    x: { domain: [low, high], nice: true, ticks: tickCount, tickFormat: "~%", label: "accuracy", inset: 8 },
    y: { type: "band", domain: names, padding: 0 },
    marks: [gridX(plot), ...summaries.flatMap((summary) => marksOf(plot, summary))],
  });
}

function marksOf(plot: Drawer["plot"], { at, strategy, runs, accuracy }: Summary) {
  const look = strategyLook(at);
  const row = { y: () => strategy.name };
  const title = `${strategy.name}: ${told({ strategy, accuracy })}`;
  return [
    accuracy.interval &&
      plot.ruleY([accuracy.interval], {
        ...row,
        x1: ({ low }: { low: number }) => Math.max(0, low),
        x2: ({ high }: { high: number }) => Math.min(1, high),
        stroke: look.color,
        strokeWidth: 2,
      }),
    plot.dot(
      runs.map((run) => run.accuracy),
      { ...row, x: (value: number) => value, r: 2.5, fill: color("paper"), stroke: look.color, dy: 13 },
    ),
    plot.dot([accuracy.mean], {
      ...row,
      x: (value: number) => value,
      ...dotOf({ ...look, size: 6 }),
      title: () => title,
    }),
  ];
}

const told = ({ strategy, accuracy: { mean, interval } }: Pick<Summary, "strategy" | "accuracy">): string =>
  `${strategy.name} ${percent(mean)}${interval ? ` (${percent(interval.low)} to ${percent(interval.high)})` : ""}`;

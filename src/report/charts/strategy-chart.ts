import { percent } from "../../base/words.ts";
import type { StrategyReport } from "../data.ts";
import { range } from "../headline.ts";
import type { Html } from "../html.ts";
import { color } from "../palette.ts";
import { type Drawer, dotOf, gridX } from "./drawer.ts";
import { strategyLook } from "./looks.ts";
import { shareScale } from "./scales.ts";

/** Accuracies of strategies: a small dot per run, their mean, and its interval. */
export function strategyChart({ plot, draw }: Drawer, strategies: readonly StrategyReport[]): Html {
  const names = strategies.map(({ name }) => name);
  const all = strategies.flatMap(({ runs, accuracy: { low, high } }) => [
    low,
    high,
    ...runs.map((run) => run.accuracy),
  ]);
  const scale = shareScale(Math.max(0, Math.min(...all)), Math.min(1, Math.max(...all)));
  return draw({
    label: `Dot plot of accuracy by strategy: ${strategies.map(told).join("; ")}.`,
    height: 64 + 44 * names.length,
    marginTop: 12,
    marginLeft: 12 + 7.5 * Math.max(...names.map((name) => name.length)),
    x: {
      ...scale,
      label: "accuracy",
      inset: 8,
    },
    y: { type: "band", domain: names, padding: 0 },
    marks: [gridX(plot, scale.ticks), ...strategies.flatMap((strategy, at) => marksOf(plot, strategy, at))],
  });
}

function marksOf(plot: Drawer["plot"], strategy: StrategyReport, at: number) {
  const look = strategyLook(at);
  const { name, runs, accuracy } = strategy;
  const row = { y: () => name };
  return [
    plot.ruleY([accuracy], { ...row, x1: "low", x2: "high", stroke: look.color, strokeWidth: 2 }),
    plot.dot(
      runs.map((run) => run.accuracy),
      { ...row, x: (value: number) => value, r: 2.5, fill: color("paper"), stroke: look.color, dy: 13 },
    ),
    plot.dot([accuracy.mean], {
      ...row,
      x: (value: number) => value,
      ...dotOf({ ...look, size: 6 }),
      title: () => told(strategy),
    }),
  ];
}

const told = ({ name, accuracy }: StrategyReport): string => `${name} ${percent(accuracy.mean)} (${range(accuracy)})`;

import type { Drawer } from "../charts/drawer.ts";
import { strategyLook } from "../charts/looks.ts";
import { type StrategyCurve, strategyHistoryChart } from "../charts/strategy-history-chart.ts";
import type { ComparisonReport } from "../data.ts";
import { named } from "../html.ts";
import { figure, figures, legend } from "../parts/figure.ts";
import type { Section } from "../parts/section.ts";
import { knownReadings } from "./curves.ts";

/** How every strategy got where it is. */
export function strategyCurvesSection(drawer: Drawer, { strategies }: ComparisonReport): Section | undefined {
  const curves = strategies.map(curveOf).filter(({ histories }) => histories.length > 0);
  const points = curves.flatMap(({ histories }) => histories.flat());
  const readings = knownReadings.filter(({ valName }) =>
    points.some((point) => typeof point.readings[valName] === "number"),
  );
  if (readings.length === 0) return undefined;
  return {
    id: "curves",
    title: "Epoch by epoch",
    body: [
      legend(
        drawer,
        curves.map(({ at, strategy }) => ({ look: strategyLook(at), name: named(strategy.name) })),
      ),
      figures(
        readings.map((reading) =>
          figure(`${reading.title} on the validation pictures`, strategyHistoryChart(drawer, { curves, reading })),
        ),
      ),
    ],
  };
}

/** Runs with all training pictures alone. */
const curveOf = (strategy: ComparisonReport["strategies"][number], at: number): StrategyCurve => ({
  at,
  strategy,
  histories: strategy.runs.flatMap(({ share = 1, history = [] }) =>
    share === 1 && history.length > 0 ? [history] : [],
  ),
});

import type { Drawer } from "../charts/drawer.ts";
import { type Reading, shown } from "../charts/history-chart.ts";
import { strategyLook } from "../charts/looks.ts";
import { meanOf, type StrategyCurve, strategyHistoryChart } from "../charts/strategy-history-chart.ts";
import type { ComparisonReport } from "../data.ts";
import { type Html, html, named } from "../html.ts";
import { figure, figures, legend } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";
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
      folded("Every epoch in numbers", epochTable(curves, readings)),
    ],
  };
}

/** Means over the runs. */
function epochTable(curves: readonly StrategyCurve[], readings: readonly Reading[]): Html {
  const columns = readings.flatMap((reading) =>
    curves.map((curve) => ({
      title: html`${reading.title}, ${named(curve.strategy.name)}`,
      values: new Map(meanOf(curve, reading).map(({ epoch, value }) => [epoch, shown(value, reading)])),
    })),
  );
  const epochs = [...new Set(columns.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  return table({
    caption: "Means over seeds, on the validation pictures",
    scrollsAs: "Every epoch in numbers",
    columns: [{ title: "Epoch", isNumber: true }, ...columns.map(({ title }) => ({ title, isNumber: true }))],
    rows: epochs.map((epoch) => [epoch, ...columns.map(({ values }) => values.get(epoch) ?? "–")]),
  });
}

const curveOf = (strategy: ComparisonReport["strategies"][number], at: number): StrategyCurve => ({
  at,
  strategy,
  histories: strategy.runs.flatMap(({ history = [] }) => (history.length > 0 ? [history] : [])),
});

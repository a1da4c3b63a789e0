import { count, percent } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { type Reading, shown } from "../charts/history-chart.ts";
import { strategyLook } from "../charts/looks.ts";
import {
  meanOf,
  type StrategyCurve,
  scaleOf,
  strategyHistoryChart,
  unfrozenOf,
} from "../charts/strategy-history-chart.ts";
import type { ComparisonReport } from "../data.ts";
import { type Content, type Html, html, named } from "../html.ts";
import { figure, figures, legend } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";
import { knownReadings } from "./curves.ts";

/** How every strategy got where it is. */
export function strategyCurvesSection(drawer: Drawer, { strategies, classes }: ComparisonReport): Section | undefined {
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
          figure(
            titleOf(reading, curves),
            strategyHistoryChart(drawer, { curves, reading, chance: chanceOf(reading, classes) }),
          ),
        ),
      ),
      html`<p class="quiet"><small>${marksTold({ curves, readings, classes })}</small></p>`,
      folded("Every epoch in numbers", epochTable(curves, readings)),
    ],
  };
}

const titleOf = (reading: Reading, curves: readonly StrategyCurve[]): string =>
  `${reading.title} on the validation pictures${isByRatio(curves, reading) ? ", log scale" : ""}`;

const isByRatio = (curves: readonly StrategyCurve[], reading: Reading): boolean => "type" in scaleOf(curves, reading);

const chanceOf = ({ name }: Reading, classes: readonly string[]): number | undefined =>
  name === "accuracy" && classes.length > 1 ? 1 / classes.length : undefined;

interface Drawn {
  readonly curves: readonly StrategyCurve[];
  readonly readings: readonly Reading[];
  readonly classes: readonly string[];
}

/** What the lines are, and the axes. */
function marksTold({ curves, readings, classes }: Drawn): Content {
  const isMean = curves.some(({ histories }) => histories.length > 1);
  const unfrozen = curves.flatMap((curve) => {
    const epoch = unfrozenOf(curve);
    return epoch === undefined
      ? []
      : [html`From epoch ${epoch} on ${named(curve.strategy.name)} trains the base too. `];
  });
  return [
    isMean && "Strong lines are means over seeds, faint ones single trainings. ",
    readings.some((reading) => isByRatio(curves, reading)) &&
      "On a log scale the same ratio is the same distance: on another one value would press the rest flat. ",
    ...unfrozen,
    classes.length > 1 &&
      `Guessing one of ${count(classes.length)} classes is right ${percent(1 / classes.length)} of the time. `,
  ];
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

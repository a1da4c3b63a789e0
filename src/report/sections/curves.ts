import { decimals, duration } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { historyChart, type Reading, shown, unfrozenFrom } from "../charts/history-chart.ts";
import { looks } from "../charts/looks.ts";
import type { HistoryPoint, RunReport } from "../data.ts";
import { html } from "../html.ts";
import { figure, figures, legend } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

/** What is drawn where a history has it, in this order. */
export const knownReadings: readonly Reading[] = [
  { name: "loss", valName: "valLoss", title: "Loss", isShare: false },
  { name: "accuracy", valName: "valAccuracy", title: "Accuracy", isShare: true },
  { name: "meanAbsoluteError", valName: "valMeanAbsoluteError", title: "Mean absolute error", isShare: false },
];

const byLoss = { reading: "valLoss", title: "loss", better: "lower" } as const;

/** Loss and metric over the epochs of both phases. */
export function curvesSection(drawer: Drawer, { history, phases, monitor = byLoss }: RunReport): Section | undefined {
  const readings = knownReadings.filter((reading) => history.some((point) => has(point, reading)));
  if (readings.length === 0) return undefined;
  const [kept, unfrozen] = [keptEpoch(history, monitor), unfrozenFrom(history)];
  const charts = readings.map((reading) =>
    figure(reading.title, historyChart(drawer, { history, reading, kept, unfrozen })),
  );
  return {
    id: "training",
    title: "Training",
    body: [
      legend(drawer, [
        { look: looks.val, name: "validation" },
        { look: looks.train, name: "training" },
        ...(kept === undefined ? [] : [{ look: looks.kept, name: `epoch ${kept}, kept: ${reasonOf(monitor)}` }]),
      ]),
      figures(charts),
      html`<p class="quiet"><small>${timeOf(phases)}Training numbers are means over an epoch, taken while the weights move and
      with dropout on; validation numbers are of the model after it.</small></p>`,
      folded("Every epoch in numbers", epochTable(history, readings)),
    ],
  };
}

const has = ({ readings }: HistoryPoint, { name, valName }: Reading): boolean =>
  typeof readings[name] === "number" || typeof readings[valName] === "number";

type Monitor = NonNullable<RunReport["monitor"]>;

const reasonOf = ({ title, better }: Monitor): string =>
  `its validation ${title} is the ${better === "lower" ? "lowest" : "highest"}`;

/** The epoch that a run keeps: the first of the best ones. */
export function keptEpoch(
  history: readonly HistoryPoint[],
  { reading, better }: Pick<Monitor, "reading" | "better"> = byLoss,
): number | undefined {
  const judged = history.flatMap(({ epoch, readings }) => {
    const value = readings[reading];
    return typeof value === "number" ? [{ epoch, merit: better === "lower" ? -value : value }] : [];
  });
  const best = Math.max(...judged.map(({ merit }) => merit));
  return judged.find(({ merit }) => merit === best)?.epoch;
}

const timeOf = (phases: RunReport["phases"]): string =>
  phases
    .filter(({ epochs }) => epochs > 0)
    .map(({ name, seconds }) => `The ${titleOf(name)} took ${duration(seconds)}. `)
    .join("");

const titleOf = (phase: string): string =>
  (Object.hasOwn(phaseTitles, phase) ? phaseTitles[phase] : undefined) ?? phase;

const phaseTitles: Readonly<Record<string, string>> = {
  head: "new head",
  tune: "tuning of the base",
  scratch: "training from scratch",
};

function epochTable(history: readonly HistoryPoint[], readings: readonly Reading[]) {
  const columns = readings.flatMap((reading) => [
    { title: `${reading.title}, training`, key: reading.name, reading },
    { title: `${reading.title}, validation`, key: reading.valName, reading },
  ]);
  return table({
    caption: "Loss and metrics of each epoch",
    hidesCaption: true,
    scrollsAs: "Every epoch in numbers",
    columns: [
      { title: "Epoch", isNumber: true },
      { title: "Phase" },
      ...columns.map(({ title }) => ({ title, isNumber: true })),
      { title: "Learning rate", isNumber: true },
    ],
    rows: history.map(({ epoch, phase, readings: values }) => [
      epoch,
      phase,
      ...columns.map(({ key, reading }) => numberOr(values[key], (value) => shown(value, reading))),
      numberOr(values.learningRate, String),
    ]),
  });
}

const numberOr = (value: number | null | undefined, write: (value: number) => string): string =>
  value === undefined ? "–" : value === null ? decimals(Number.NaN) : write(value);

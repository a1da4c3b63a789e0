import type { HistoryPoint, StrategyReport } from "../data.ts";
import type { Html } from "../html.ts";
import { type Drawer, dotOf, gridY, lineOf } from "./drawer.ts";
import { epochScale, type Reading, shown, valueScale } from "./history-chart.ts";
import { strategyLook } from "./looks.ts";

interface Mark {
  readonly epoch: number;
  readonly value: number;
  /** Which run it is of. */
  readonly run: string;
}

export interface StrategyCurve {
  readonly at: number;
  readonly strategy: StrategyReport;
  readonly histories: readonly (readonly HistoryPoint[])[];
}

/** The validation curve of every strategy: thin for each run, strong for their mean. */
export function strategyHistoryChart(
  { plot, draw }: Drawer,
  { curves, reading }: { readonly curves: readonly StrategyCurve[]; readonly reading: Reading },
): Html {
  const all = curves.flatMap(({ histories }) => histories.flat());
  const drawn = curves.map((curve) => ({ ...curve, marks: marksOf(curve, reading), mean: meanOf(curve, reading) }));
  const at = { x: "epoch", y: "value" };
  return draw({
    label: altText(drawn, reading),
    x: { label: "epoch", ...epochScale(all) },
    y: valueScale(
      drawn.flatMap(({ marks }) => marks),
      reading,
    ),
    marks: [
      gridY(plot),
      ...drawn.map(({ marks, at: place }) => {
        const { color } = strategyLook(place);
        return plot.line(marks, { ...at, z: "run", stroke: color, strokeWidth: 1, strokeOpacity: 0.35 });
      }),
      ...drawn.flatMap(({ mean, at: place }) => {
        const look = strategyLook(place);
        return [
          plot.line(mean, { ...at, ...lineOf(look) }),
          plot.dot(mean, { ...at, ...dotOf({ ...look, size: 3.25 }) }),
        ];
      }),
    ],
  });
}

function marksOf({ histories }: StrategyCurve, { valName }: Reading): Mark[] {
  return histories.flatMap((history, run) =>
    history.flatMap(({ epoch, readings }) => {
      const value = readings[valName];
      return typeof value === "number" ? [{ epoch, value, run: String(run) }] : [];
    }),
  );
}

/** The mean of each epoch, over the runs that came to it. */
export function meanOf(curve: StrategyCurve, reading: Reading): Mark[] {
  const byEpoch = new Map<number, number[]>();
  for (const { epoch, value } of marksOf(curve, reading)) {
    byEpoch.set(epoch, [...(byEpoch.get(epoch) ?? []), value]);
  }
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([epoch, values]) => ({
      epoch,
      value: values.reduce((sum, own) => sum + own, 0) / values.length,
      run: "mean",
    }));
}

function altText(
  drawn: readonly { readonly strategy: StrategyReport; readonly mean: readonly Mark[] }[],
  reading: Reading,
): string {
  const ways = drawn.flatMap(({ strategy, mean }) => {
    const [first, last] = [mean[0], mean.at(-1)];
    return first && last
      ? [`${strategy.name} from ${shown(first.value, reading)} to ${shown(last.value, reading)}`]
      : [];
  });
  return `Line chart of validation ${reading.title.toLowerCase()} by epoch, the mean over seeds: ${ways.join(", ")}.`;
}

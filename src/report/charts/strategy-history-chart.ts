import type { HistoryPoint, StrategyReport } from "../data.ts";
import type { Html } from "../html.ts";
import { color } from "../palette.ts";
import { type Drawer, dotOf, gridY, lineOf } from "./drawer.ts";
import { epochScale, type Reading, shown, unfreezeMarks, unfrozenFrom, valueScale } from "./history-chart.ts";
import { strategyLook } from "./looks.ts";
import { isSpiked, ratioScale } from "./scales.ts";

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

export interface StrategyHistoryOptions {
  readonly curves: readonly StrategyCurve[];
  readonly reading: Reading;
  /** What guessing comes to: a line, where the axis goes as low. */
  readonly chance?: number | undefined;
}

/** The validation curve of every strategy: thin for each run, strong for their mean. */
export function strategyHistoryChart({ plot, draw }: Drawer, options: StrategyHistoryOptions): Html {
  const { curves, reading, chance } = options;
  const all = curves.flatMap(({ histories }) => histories.flat());
  const scale = scaleOf(curves, reading);
  const drawn = curves.map((curve) => ({ ...curve, marks: marksOf(curve, reading), mean: meanOf(curve, reading) }));
  const at = { x: "epoch", y: "value" };
  return draw({
    label: altText(drawn, reading),
    x: { label: "epoch", ...epochScale(all) },
    y: scale,
    marks: [
      gridY(plot, scale.ticks),
      ...unfrozenEpochs(curves).flatMap((epoch) => unfreezeMarks(plot, epoch, all)),
      ...(chance === undefined || chance < (scale.domain[0] ?? 0) ? [] : chanceMarks(plot, chance)),
      ...drawn.map(({ marks, at: place }) => {
        const { color: stroke } = strategyLook(place);
        return plot.line(marks, { ...at, z: "run", stroke, strokeWidth: 1, strokeOpacity: 0.35 });
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

/** A loss of which one value towers over the rest is read by its ratios. */
export function scaleOf(curves: readonly StrategyCurve[], reading: Reading) {
  const marks = curves.flatMap((curve) => marksOf(curve, reading));
  const values = marks.map(({ value }) => value);
  return !reading.isShare && isSpiked(values) ? ratioScale(values) : valueScale(marks, reading);
}

/** The epochs with which strategies begin to train the base, each once; of a strategy whose runs differ there is none. */
const unfrozenEpochs = (curves: readonly StrategyCurve[]): readonly number[] => [
  ...new Set(curves.flatMap((curve) => unfrozenOf(curve) ?? [])),
];

/** The first epoch that trained the base too: of all runs of a strategy, or undefined. */
export function unfrozenOf({ histories }: StrategyCurve): number | undefined {
  const epochs = new Set(histories.map(unfrozenFrom));
  return epochs.size === 1 ? [...epochs][0] : undefined;
}

const chanceMarks = (plot: Drawer["plot"], chance: number) => [
  plot.ruleY([chance], { stroke: color("muted"), strokeDasharray: "2,3" }),
  plot.text(["guessing"], { y: () => chance, frameAnchor: "right", textAnchor: "end", dy: -8 }),
];

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

import { decimals, percent } from "../../base/words.ts";
import type { HistoryPoint } from "../data.ts";
import type { Html } from "../html.ts";
import { color } from "../palette.ts";
import { type Drawer, dotOf, gridY, type Look, lineOf, tickCount } from "./drawer.ts";
import { looks } from "./looks.ts";
import { shareScale } from "./scales.ts";

/** One number of a history, on the training and on the validation pictures. */
export interface Reading {
  /** Its name in the history: "loss", "accuracy". */
  readonly name: string;
  /** The same of the validation pictures: "valLoss". */
  readonly valName: string;
  /** As a person says it. */
  readonly title: string;
  /** A share from 0 to 1, shown as a percentage. */
  readonly isShare: boolean;
}

export interface HistoryChartOptions {
  readonly history: readonly HistoryPoint[];
  readonly reading: Reading;
  /** The epoch that was kept. */
  readonly kept?: number | undefined;
  /** The first epoch of the phase that trains the base too. */
  readonly unfrozen?: number | undefined;
}

interface Mark {
  readonly epoch: number;
  readonly value: number;
}

/** Curves over the epochs of all phases, the moment the base was unfrozen between two of them. */
export function historyChart({ plot, draw }: Drawer, options: HistoryChartOptions): Html {
  const { history, reading, kept, unfrozen } = options;
  const [train, val] = [marksOf(history, reading.name), marksOf(history, reading.valName)];
  const at = { x: "epoch", y: "value" };
  const scale = valueScale([...train, ...val], reading);
  const curve = (marks: readonly Mark[], look: Look, of: string) => [
    plot.line([...marks], { ...at, ...lineOf(look) }),
    plot.dot([...marks], {
      ...at,
      ...dotOf(look),
      title: ({ epoch, value }: Mark) => told({ epoch, value, of, reading }),
    }),
  ];
  return draw({
    label: altText(options, val, train),
    x: { label: "epoch", ...epochScale(history) },
    y: scale,
    marks: [
      gridY(plot, scale.ticks),
      ...(unfrozen === undefined ? [] : unfreezeMarks(plot, unfrozen, history)),
      ...curve(train, looks.train, "training"),
      ...curve(val, looks.val, "validation"),
      plot.dot(
        val.filter(({ epoch }) => epoch === kept),
        { ...at, ...dotOf(looks.kept) },
      ),
    ],
  });
}

/** The first epoch of the second phase. */
export const unfrozenFrom = (history: readonly HistoryPoint[]): number | undefined =>
  history.find(({ phase }) => phase !== history[0]?.phase)?.epoch;

const marksOf = (history: readonly HistoryPoint[], name: string): readonly Mark[] =>
  history.flatMap(({ epoch, readings }) => {
    const value = readings[name];
    return typeof value === "number" && Number.isFinite(value) ? [{ epoch, value }] : [];
  });

/** Whole epochs, at most ten of them named. */
export function epochScale(history: readonly HistoryPoint[]) {
  const epochs = history.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const step = Math.max(1, Math.ceil((last - first + 1) / 10));
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((round) => round >= step) ?? step;
  // The ends have their numbers, and those beside them only where there is room.
  const isClear = (epoch: number) => Math.min(epoch - first, last - epoch) >= every / 2;
  const ticks = [...new Set(epochs)].filter(
    (epoch) => epoch === first || epoch === last || (epoch % every === 0 && isClear(epoch)),
  );
  return { domain: first === last ? [first - 1, last + 1] : [first, last], ticks, tickFormat: String, inset: 6 };
}

/** Losses from 0; shares up to 1, from the tick below the lowest. */
export function valueScale(marks: readonly { readonly value: number }[], { isShare }: Pick<Reading, "isShare">) {
  const values = marks.map(({ value }) => value);
  if (!isShare) return { domain: [Math.min(0, ...values), Math.max(...values, 1e-6)], nice: true, ticks: tickCount };
  return { ...shareScale(Math.max(0, Math.min(1, ...values))), insetTop: 5 };
}

/** A thin line before the epoch with which training of the base begins. @param unfrozen that epoch */
export function unfreezeMarks(plot: Drawer["plot"], unfrozen: number, history: readonly HistoryPoint[]) {
  const first = Math.min(...history.map(({ epoch }) => epoch));
  const last = Math.max(...history.map(({ epoch }) => epoch));
  const x = unfrozen - 0.5;
  const isLate = x > (first + last) / 2;
  return [
    plot.ruleX([x], { stroke: color("muted"), strokeDasharray: "2,3", insetTop: -8 }),
    plot.text(["base unfrozen"], {
      x: () => x,
      frameAnchor: "top",
      textAnchor: isLate ? "end" : "start",
      dx: isLate ? -6 : 6,
      dy: -14,
    }),
  ];
}

const told = ({ epoch, value, of, reading }: Mark & { readonly of: string; readonly reading: Reading }): string =>
  `epoch ${epoch}: ${of} ${reading.title.toLowerCase()} ${shown(value, reading)}`;

export const shown = (value: number, { isShare }: Pick<Reading, "isShare">): string =>
  isShare ? percent(value) : decimals(value);

function altText(
  { reading, kept, unfrozen }: HistoryChartOptions,
  val: readonly Mark[],
  train: readonly Mark[],
): string {
  const way = (name: string, marks: readonly Mark[]) => {
    const [first, last] = [marks[0], marks.at(-1)];
    return first && last ? [`${name} from ${shown(first.value, reading)} to ${shown(last.value, reading)}`] : [];
  };
  const ways = [...way("validation", val), ...way("training", train)].join(", ");
  return [
    `Line chart of ${reading.title.toLowerCase()} by epoch: ${ways}.`,
    ...(unfrozen === undefined ? [] : [`The base is trained too from epoch ${unfrozen} on.`]),
    ...(kept === undefined ? [] : [`Epoch ${kept} was kept.`]),
  ].join(" ");
}

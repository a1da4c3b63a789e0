import { count } from "../../src/base/words.ts";
import { markdownTable } from "../markdown-table.ts";
import { aboutLine } from "../report.ts";
import { type Figure, type FigureName, figureNames, figures } from "./figures.ts";
import type { EpochRecord, FigureRecord, ScaleRecord, ScaleResults } from "./results.ts";

/** What was measured, as Markdown. */
export function scaleReport({ about, records }: ScaleResults): string {
  const [found, curve] = [figuresOf(records), curveOf(records)];
  return [
    aboutLine(about),
    ...(found.size > 0 ? ["", ...figureTable(found)] : []),
    ...(curve.length > 0 ? ["", ...curveTable(curve), "", growthLine(curve)] : []),
  ].join("\n");
}

/**
 * Seconds per 1,000 images of the largest folder divided by those of the smallest: 1 is growth on a line through zero.
 * undefined of fewer than two sizes.
 */
export function growth(curve: readonly EpochRecord[]): number | undefined {
  const [first, last] = [curve[0], curve.at(-1)];
  return first && last && first !== last ? perThousand(last) / perThousand(first) : undefined;
}

/** Epochs by their size, rising. */
export const curveOf = (records: readonly ScaleRecord[]): readonly EpochRecord[] =>
  records.filter((record) => record.type === "epoch").sort((a, b) => a.images - b.images);

type Found = ReadonlyMap<FigureName, FigureRecord>;

const figuresOf = (records: readonly ScaleRecord[]): Found =>
  new Map(records.filter((record) => record.type === "figure").map((record) => [record.figure, record]));

function figureTable(found: Found): readonly string[] {
  const rows = figureNames.flatMap((name) => {
    const record = found.get(name);
    if (!record) return [];
    const figure = figures[name];
    return [[figure.title, record.how, told(record.value, figure), goalCell(record.value, figure, found)]];
  });
  return markdownTable(["", "how", "", "goal"], rows, { left: 2 });
}

const told = (value: number, { digits, unit }: Figure): string =>
  `${digits === 0 ? count(Math.round(value)) : value.toFixed(digits)} ${unit}`;

/** "≤ 3 s ✓", "> 310 images/s ✓" */
function goalCell(value: number, { goal, unit }: Figure, found: Found): string {
  if (!goal) return "";
  if ("atMost" in goal) return `≤ ${count(goal.atMost)} ${unit} ${mark(value <= goal.atMost)}`;
  const other = found.get(goal.moreThan)?.value;
  return other === undefined ? "" : `> ${told(other, figures[goal.moreThan])} ${mark(value > other)}`;
}

const mark = (isReached: boolean): string => (isReached ? "✓" : "✗");

const widestBar = 40;

/** The bar is as long as the epoch took: on a line through zero it doubles where the images do. */
function curveTable(curve: readonly EpochRecord[]): readonly string[] {
  const longest = Math.max(...curve.map(({ seconds }) => seconds));
  const rows = curve.map((record) => [
    "█".repeat(Math.max(1, Math.round((widestBar * record.seconds) / longest))),
    count(record.images),
    record.seconds.toFixed(1),
    perThousand(record).toFixed(2),
    record.peakRssMb === undefined ? "" : count(Math.round(record.peakRssMb)),
  ]);
  return markdownTable(["epoch", "images", "s", "s per 1,000", "peak memory, MiB"], rows);
}

function growthLine(curve: readonly EpochRecord[]): string {
  const ratio = growth(curve);
  if (ratio === undefined) return "One size alone tells nothing of growth.";
  const [least, most] = [curve[0]?.images ?? 0, curve.at(-1)?.images ?? 0];
  return `Seconds per 1,000 images at ${count(most)}, divided by those at ${count(least)}: ${ratio.toFixed(2)}`;
}

const perThousand = ({ seconds, images }: EpochRecord): number => (1000 * seconds) / images;

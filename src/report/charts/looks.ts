import { color, seriesColors } from "../palette.ts";
import type { Look } from "./drawer.ts";

/** The two halves of a run's curves, and the epoch that was kept. */
export const looks = {
  train: { color: color("quiet"), width: 1.5, dashes: "4,3", symbol: "circle", size: 1.75 },
  val: { color: color("accent"), width: 2.25, symbol: "circle", size: 3 },
  kept: { color: color("ink"), symbol: "circle", size: 6.5, isRing: true },
  ideal: { color: color("quiet"), width: 1.25, dashes: "4,3" },
  gap: { color: color("wrong"), width: 1.5 },
} as const satisfies Readonly<Record<string, Look>>;

const symbols = ["circle", "square", "triangle", "diamond"] as const;

/** A strategy's colour and symbol: whoever does not see one sees the other. */
export const strategyLook = (at: number): Look => ({
  color: color(seriesColors[at % seriesColors.length] ?? "series1"),
  symbol: symbols[at % symbols.length] ?? "circle",
  width: 2.25,
  size: 5,
});

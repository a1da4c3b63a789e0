import type { RatePoint } from "../training/range-test.ts";
import type { SuggestedRates } from "../training/suggested-rates.ts";
import { curveRange, decades, type Interval, onLogScale, rateText, roundNumbers } from "./rate-axes.ts";
import type { LearningRateCurve } from "./transfer-model.ts";

const width = 720;
const height = 420;
const area = { left: 64, right: 700, top: 96, bottom: 364 } as const;

const ink = "#334155";
const grid = "#e2e8f0";
const lines = { loss: "#94a3b8", smoothed: "#1d4ed8" } as const;
const marks: { readonly [R in keyof SuggestedRates]: { readonly label: string; readonly color: string } } = {
  valley: { label: "valley", color: "#c2410c" },
  steepest: { label: "steepest", color: "#15803d" },
  minimum: { label: "minimum / 10", color: "#7e22ce" },
};

/**
 * The curve as a picture, SVG: loss of each update, smoothed loss, and the rates that it speaks for, over a log scale of
 * learning rates.
 */
export function rateChart({ points, suggestions }: Pick<LearningRateCurve, "points" | "suggestions">): string {
  const { rates, losses: smoothed } = curveRange(points);
  const lowest = points.reduce((least, { loss }) => (loss < least ? loss : least), smoothed.min);
  const losses = { ...smoothed, min: Math.max(0, lowest) };
  const x = (rate: number) => rounded(area.left + onLogScale(rate, rates) * (area.right - area.left));
  const y = (loss: number) => rounded(area.bottom - share(loss, losses) * (area.bottom - area.top));
  const line = (of: (point: RatePoint) => number, look: string) => {
    const drawn = points.filter((point) => Number.isFinite(of(point)));
    return `<polyline points="${drawn.map((point) => `${x(point.learningRate)},${y(of(point))}`).join(" ")}" ${look}/>`;
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    '<text x="64" y="26" font-size="15" font-weight="600">Learning-rate range test</text>',
    ...decades(rates).map((rate) => verticalLine(x(rate), rate)),
    ...roundNumbers(losses).map((loss) => horizontalLine(y(loss), loss)),
    `<clipPath id="area"><rect x="${area.left}" y="${area.top}" width="${area.right - area.left}" height="${area.bottom - area.top}"/></clipPath>`,
    '<g clip-path="url(#area)" fill="none" stroke-linejoin="round">',
    line(({ loss }) => loss, `stroke="${lines.loss}"`),
    line(({ smoothed }) => smoothed, `stroke="${lines.smoothed}" stroke-width="2.5"`),
    "</g>",
    ...(suggestions ? suggested(suggestions, x) : []),
    ...key(),
    `<text x="${(area.left + area.right) / 2}" y="408" text-anchor="middle">learning rate</text>`,
    "</svg>",
    "",
  ].join("\n");
}

const verticalLine = (x: number, rate: number): string =>
  [
    `<line x1="${x}" x2="${x}" y1="${area.top}" y2="${area.bottom}" stroke="${grid}"/>`,
    `<text x="${x}" y="${area.bottom + 18}" text-anchor="middle">${rateText(rate)}</text>`,
  ].join("");

const horizontalLine = (y: number, loss: number): string =>
  [
    `<line x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}" stroke="${grid}"/>`,
    `<text x="${area.left - 8}" y="${y + 4}" text-anchor="end">${loss}</text>`,
  ].join("");

/** A mark through the curve for each, its name on its right; from left to right they stand lower, and cross no other's name. */
function suggested(suggestions: SuggestedRates, x: (rate: number) => number): readonly string[] {
  const all = Object.entries(marks).map(([rule, look]) => ({
    ...look,
    rate: suggestions[rule as keyof SuggestedRates],
  }));
  return all
    .sort((a, b) => a.rate - b.rate)
    .map(({ label, color, rate }, row) => {
      const at = Math.min(area.right, Math.max(area.left, x(rate)));
      const y = area.top - 38 + 15 * row;
      const beside = at > area.right - 112 ? `x="${at - 6}" text-anchor="end"` : `x="${at + 6}"`;
      return [
        `<line x1="${at}" x2="${at}" y1="${y - 9}" y2="${area.bottom}" stroke="${color}" stroke-dasharray="4 3"/>`,
        `<text ${beside} y="${y}" fill="${color}" stroke="#ffffff" stroke-width="4" paint-order="stroke">${label} ${rateText(rate)}</text>`,
      ].join("");
    });
}

const key = (): readonly string[] =>
  Object.entries(lines).map(([name, color], row) => {
    const y = 48 + 18 * row;
    return `<line x1="64" x2="88" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2.5"/><text x="94" y="${y + 4}">${name}</text>`;
  });

const share = (value: number, { min, max }: Interval): number => (value - min) / (max - min);

const rounded = (pixels: number): number => Math.round(pixels * 10) / 10;

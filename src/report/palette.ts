/** A colour in each theme, as #rrggbb. */
export interface Themed {
  readonly light: string;
  readonly dark: string;
}

/**
 * Every colour of a report. The four series were searched for: far apart (OKLab) to full sight, protanopia, deuteranopia and
 * tritanopia alike, and off the paper; `palette.test.ts` holds all of it to WCAG's ratios.
 */
export const palette = {
  paper: { light: "#fdfdfc", dark: "#141619" },
  panel: { light: "#f4f4f1", dark: "#1c1f23" },
  line: { light: "#e3e3de", dark: "#2f3339" },
  ink: { light: "#1c1e21", dark: "#e9e9e6" },
  muted: { light: "#5b6066", dark: "#a3a9b1" },
  /** Links, what is focused, what is right. */
  accent: { light: "#3f5e98", dark: "#8fb0f0" },
  /** What is wrong: mistakes, the gap of a calibration. */
  wrong: { light: "#9a5413", dark: "#f0ae66" },
  /** What a finding of the first severity is called in. */
  alarm: { light: "#a8261c", dark: "#f4a097" },
  /** The training half of a curve; the validation half has the accent. */
  quiet: { light: "#82878e", dark: "#7d848d" },
  series1: { light: "#4565a0", dark: "#7a9ee6" },
  series2: { light: "#ba6c22", dark: "#f7b772" },
  series3: { light: "#299b82", dark: "#72ebde" },
  series4: { light: "#702543", dark: "#bc788a" },
} as const satisfies Readonly<Record<string, Themed>>;

export type ColorName = keyof typeof palette;

/** A colour as a stylesheet or a chart names it. */
export const color = (name: ColorName): string => `var(--${name})`;

/** The colours of strategies, in their order; a fifth begins again. */
export const seriesColors = ["series1", "series2", "series3", "series4"] as const satisfies readonly ColorName[];

/** How much of the accent, or of `wrong`, the strongest tint of a table's cell has: text on it stays readable. */
export const strongestTint = 0.42;

import type * as Plot from "@observablehq/plot";
import { type Html, trusted } from "../html.ts";
import { color } from "../palette.ts";

export type PlotLibrary = typeof Plot;

/** A chart, but for what all charts share. */
export interface Chart {
  /** What the chart shows, for those who do not see it: a sentence. */
  readonly label: string;
  readonly marks: readonly Plot.Markish[];
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  /** In pixels of a phone's screen; the page stretches it. */
  readonly height?: number;
  readonly marginLeft?: number;
  readonly marginTop?: number;
  readonly marginRight?: number;
}

/** How the marks of one thing look, on charts and in their legends. */
export interface Look {
  /** As a stylesheet has it. */
  readonly color: string;
  readonly width?: number;
  readonly dashes?: string;
  readonly symbol?: Plot.SymbolType;
  /** The symbol's radius. */
  readonly size?: number;
  /** The outline of a symbol alone: no line, no filling. */
  readonly isRing?: boolean;
}

/** Charts as SVG whose colours are the page's. */
export interface Drawer {
  readonly plot: PlotLibrary;
  readonly draw: (chart: Chart) => Html;
  /** What stands before a name in a legend. */
  readonly swatch: (look: Look) => Html;
}

/** What a chart is as an element of a document, as far as it is used here. */
interface Drawn {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  querySelectorAll(selectors: string): ArrayLike<{ removeAttribute(name: string): void }>;
}

/** A chart is drawn for the width of a phone, where a page cannot shrink it without its text becoming too small. */
const width = 420;

/** Loads the library, and a document for it to draw in: a tenth of a second that only reports pay. */
export async function loadDrawer(): Promise<Drawer> {
  const [plot, { default: domino }] = await Promise.all([import("@observablehq/plot"), import("domino")]);
  const document = domino.createDocument("");
  const drawn = (options: Plot.PlotOptions): Drawn => plot.plot({ ...options, className: "chart", document });
  return {
    plot,
    draw: ({ label, marks, x, y, height = 250, ...margins }) => {
      const svg = drawn({
        width,
        height,
        marginTop: 26,
        marginBottom: 38,
        marginLeft: 44,
        marginRight: 14,
        ...margins,
        ariaLabel: label,
        x: { tickSize: 0, tickPadding: 8, labelArrow: "none", labelOffset: 34, ...x },
        y: { tickSize: 0, tickPadding: 8, labelArrow: "none", label: null, ...y },
        marks: [...marks],
      });
      // One picture with one description: else its every tick would be read out.
      svg.setAttribute("role", "img");
      return image(svg);
    },
    swatch: (look) => {
      const svg = drawn({ width: 28, height: 12, margin: 0, axis: null, marks: swatchMarks(plot, look) });
      svg.setAttribute("aria-hidden", "true");
      return image(svg);
    },
  };
}

/** What the library calls the parts, "line" or "dot", tells a listener nothing. */
function image(svg: Drawn): Html {
  for (const part of Array.from(svg.querySelectorAll("g[aria-label]"))) part.removeAttribute("aria-label");
  return trusted(svg.outerHTML);
}

function swatchMarks(plot: PlotLibrary, look: Look): Plot.Markish[] {
  const middle = [{ x: 0.5, y: 0.5 }];
  const ends = [0.05, 0.95].map((x) => ({ x, y: 0.5 }));
  const at = { x: "x", y: "y" };
  const scales = plot.dot([0, 1], { x: (d: number) => d, y: (d: number) => d, r: 0, stroke: "none" });
  return [
    scales,
    look.isRing ? null : plot.line(ends, { ...at, ...lineOf(look) }),
    look.symbol ? plot.dot(middle, { ...at, ...dotOf(look) }) : null,
  ];
}

/** The options of a line. */
export const lineOf = ({ color: stroke, width: strokeWidth = 2, dashes }: Look) => ({
  stroke,
  strokeWidth,
  strokeLinejoin: "round" as const,
  ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
});

/** The options of dots. */
export const dotOf = ({ color: own, symbol = "circle", size = 3, isRing = false }: Look) =>
  isRing
    ? { symbol, r: size, fill: "none", stroke: own, strokeWidth: 1.5 }
    : { symbol, r: size, fill: own, stroke: color("paper"), strokeWidth: 1 };

/** About so many numbers stand at an axis, each with a line behind the chart. */
export const tickCount = 5;

/** Horizontal lines behind a chart. */
export const gridY = (plot: PlotLibrary, ticks: number | readonly number[] = tickCount) =>
  plot.gridY({ ticks: typeof ticks === "number" ? ticks : [...ticks], stroke: color("line"), strokeOpacity: 1 });

/** Vertical lines behind a chart. */
export const gridX = (plot: PlotLibrary, ticks: number | readonly number[] = tickCount) =>
  plot.gridX({ ticks: typeof ticks === "number" ? ticks : [...ticks], stroke: color("line"), strokeOpacity: 1 });

import { counted, percent } from "../../base/words.ts";
import type { CalibrationReport } from "../data.ts";
import type { Html } from "../html.ts";
import { type Drawer, dotOf, gridY, lineOf, tickCount } from "./drawer.ts";
import { looks } from "./looks.ts";

type Bin = CalibrationReport["bins"][number];

const share = { domain: [0, 1], ticks: tickCount, tickFormat: "~%", inset: 6 } as const;

/** What the model says beside what comes true: a dot per bin, its area the examples in it, its distance from the diagonal. */
export function reliabilityChart({ plot, draw }: Drawer, { error, bins }: CalibrationReport): Html {
  const filled = bins.filter((bin) => bin.count > 0);
  const most = Math.max(...filled.map((bin) => bin.count));
  const least = Math.floor(10 * Math.min(...filled.map((bin) => bin.confidence))) / 10;
  const at = { x: "confidence", y: "accuracy" };
  const radius = ({ count: examples }: Bin) => 3 + 8 * Math.sqrt(examples / most);
  return draw({
    label:
      `Reliability diagram: of ${filled.length} groups of answers, how sure the model was and how many were right. ` +
      `They are ${percent(error)} apart on average.`,
    height: 300,
    x: { ...share, domain: [least, 1], label: "how sure the model was" },
    y: { ...share },
    marks: [
      gridY(plot),
      plot.line(
        [least, 1].map((value) => ({ value })),
        { x: "value", y: "value", ...lineOf(looks.ideal) },
      ),
      plot.link(filled, { x: "confidence", y1: "confidence", y2: "accuracy", ...lineOf(looks.gap) }),
      ...filled.map((bin) =>
        plot.dot([bin], { ...at, ...dotOf({ ...looks.val, size: radius(bin) }), fillOpacity: 0.85, title: told }),
      ),
    ],
  });
}

const told = ({ count: examples, confidence, accuracy }: Bin): string =>
  `${counted(examples, "answer")}: ${percent(confidence)} sure, ${percent(accuracy)} right`;

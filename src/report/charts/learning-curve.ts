import { percent } from "../../base/words.ts";
import type { Estimate } from "../data.ts";
import type { Html } from "../html.ts";
import { type Drawer, dotOf, gridY, lineOf } from "./drawer.ts";
import { valueScale } from "./history-chart.ts";
import { strategyLook } from "./looks.ts";

/** What a strategy comes to with so many training pictures. */
export interface LearningPoint {
  readonly pictures: number;
  readonly accuracy: Estimate;
}

export interface LearningCurve {
  readonly at: number;
  readonly name: string;
  readonly points: readonly LearningPoint[];
}

/** Accuracy over the number of training pictures, in powers of two: means with their intervals. */
export function learningCurve({ plot, draw }: Drawer, curves: readonly LearningCurve[]): Html {
  const counts = [...new Set(curves.flatMap(({ points }) => points.map(({ pictures }) => pictures)))];
  const means = curves.flatMap(({ points }) => points.map(({ accuracy }) => ({ value: accuracy.mean })));
  const lows = curves.flatMap(({ points }) => points.map(({ accuracy }) => ({ value: accuracy.low })));
  const scale = valueScale([...means, ...lows], { isShare: true });
  return draw({
    label: `Accuracy by number of training pictures: ${curves.map(told).join("; ")}.`,
    x: {
      type: "log",
      domain: [Math.min(...counts), Math.max(...counts)],
      ticks: counts,
      tickFormat: String,
      label: "training pictures",
      inset: 10,
    },
    y: scale,
    marks: [
      gridY(plot, scale.ticks),
      ...curves.flatMap((curve, index) => marksOf(plot, curve, index - (curves.length - 1) / 2)),
    ],
  });
}

/** @param shift sideways, so that intervals of several strategies do not cover each other */
function marksOf(plot: Drawer["plot"], { at, points }: LearningCurve, shift: number) {
  const look = strategyLook(at);
  const place = { x: "pictures", dx: 4 * shift };
  const own = [...points];
  return [
    plot.ruleX(own, {
      ...place,
      y1: ({ accuracy }: LearningPoint) => accuracy.low,
      y2: ({ accuracy }: LearningPoint) => accuracy.high,
      stroke: look.color,
      strokeWidth: 1.5,
      strokeOpacity: 0.6,
    }),
    plot.line(own, { ...place, y: ({ accuracy }: LearningPoint) => accuracy.mean, ...lineOf(look) }),
    plot.dot(own, {
      ...place,
      y: ({ accuracy }: LearningPoint) => accuracy.mean,
      ...dotOf({ ...look, size: 4 }),
      title: ({ pictures, accuracy }: LearningPoint) => `${pictures} pictures: ${percent(accuracy.mean)}`,
    }),
  ];
}

const told = ({ name, points }: LearningCurve): string =>
  `${name} ${points.map(({ pictures, accuracy }) => `${percent(accuracy.mean)} with ${pictures}`).join(", ")}`;

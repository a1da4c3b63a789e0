import { count, percent } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { type LearningCurve, learningCurve } from "../charts/learning-curve.ts";
import { strategyLook } from "../charts/looks.ts";
import type { ComparisonReport } from "../data.ts";
import { type Estimate, estimate } from "../estimate.ts";
import { html, named } from "../html.ts";
import { figure, legend } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

/** What fewer training pictures cost; where runs were given shares of them. */
export function lessDataSection(drawer: Drawer, report: ComparisonReport): Section | undefined {
  const curves = report.strategies
    .map(({ name, runs }, at) => ({ at, name, points: pointsOf(runs, report.examples.train) }))
    .filter(({ points }) => points.length > 1);
  if (curves.length === 0) return undefined;
  return {
    id: "less-data",
    title: "With fewer pictures",
    body: [
      legend(
        drawer,
        curves.map(({ at, name }) => ({ look: strategyLook(at), name: named(name) })),
      ),
      figure(
        "Accuracy by number of training pictures",
        html`<div class="single">${learningCurve(drawer, curves)}</div>`,
      ),
      folded("In numbers", pointTable(curves)),
    ],
  };
}

function pointsOf(runs: ComparisonReport["strategies"][number]["runs"], train: number): LearningCurve["points"] {
  const shares = [...new Set(runs.map(({ share = 1 }) => share))].sort((a, b) => a - b);
  return shares.map((share) => ({
    pictures: Math.round(share * train),
    accuracy: estimate(runs.filter((run) => (run.share ?? 1) === share).map(({ accuracy }) => accuracy)),
  }));
}

function pointTable(curves: readonly LearningCurve[]) {
  const counts = [...new Set(curves.flatMap(({ points }) => points.map(({ pictures }) => pictures)))].sort(
    (a, b) => a - b,
  );
  const caption = "Accuracy by number of training pictures";
  return table({
    caption,
    hidesCaption: true,
    scrollsAs: caption,
    columns: [{ title: "Strategy" }, ...counts.map((pictures) => ({ title: count(pictures), isNumber: true }))],
    rows: curves.map(({ name, points }) => [
      named(name),
      ...counts.map((pictures) => accuracyText(points.find((point) => point.pictures === pictures)?.accuracy)),
    ]),
  });
}

function accuracyText(accuracy: Estimate | undefined) {
  if (!accuracy?.interval) return percent(accuracy?.mean);
  const { low, high } = accuracy.interval;
  return html`${percent(accuracy.mean)}<small class="about">${percent(Math.max(0, low))} to ${percent(Math.min(1, high))}</small>`;
}

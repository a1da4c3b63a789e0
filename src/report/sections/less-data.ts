import { count, percent } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { type LearningCurve, learningCurve } from "../charts/learning-curve.ts";
import { strategyLook } from "../charts/looks.ts";
import type { ComparisonReport, Estimate } from "../data.ts";
import { range } from "../headline.ts";
import { type Content, html, named } from "../html.ts";
import { figure, legend } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";

/** What fewer training pictures cost; where shares of them were tried. */
export function lessDataSection(drawer: Drawer, report: ComparisonReport): Section | undefined {
  const curves = curvesOf(report).filter(({ points }) => points.length > 1);
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

/** A curve for each strategy, in the colours of `strategies`; those that have none there have the next ones. */
function curvesOf({ strategies, sizes = [] }: ComparisonReport): readonly LearningCurve[] {
  const names = new Set([strategies, ...sizes.map((size) => size.strategies)].flat().map(({ name }) => name));
  return [...names].map((name, at) => ({
    at,
    name,
    points: sizes.flatMap((size) => {
      const own = size.strategies.find((one) => one.name === name);
      return own ? [{ pictures: size.pictures, accuracy: own.accuracy }] : [];
    }),
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

const accuracyText = (accuracy: Estimate | undefined): Content =>
  accuracy ? html`${percent(accuracy.mean)}<small class="about">${range(accuracy)}</small>` : "–";

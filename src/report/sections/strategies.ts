import { bytes, decimals, duration, percent } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { strategyChart } from "../charts/strategy-chart.ts";
import type { ComparisonReport, Estimate, StrategyReport } from "../data.ts";
import { type Content, type Html, html, named } from "../html.ts";
import { figure } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";
import { points } from "../points.ts";

/** All strategies beside each other: as a chart, and with what they cost as a table. */
export function strategiesSection(drawer: Drawer, report: ComparisonReport): Section {
  const { strategies, failed = [], notes = [] } = report;
  return {
    id: "strategies",
    title: "Side by side",
    body: [
      figure(
        "Accuracy on the validation pictures",
        html`<div class="single">${strategyChart(drawer, strategies)}</div>`,
      ),
      html`<p class="quiet"><small>${reading(report)}</small></p>`,
      html`<div class="full">${costTable(report)}</div>`,
      notes.length > 0 &&
        html`<div class="quiet notes">${notes.map((note) => html`<p><small>${note}</small></p>`)}</div>`,
      folded("Every training in numbers", runTable(strategies)),
      failed.length > 0 && failures(failed),
    ],
  };
}

/** What the marks are. */
const reading = ({ strategies }: ComparisonReport): string =>
  strategies.some(({ runs }) => runs.length > 1)
    ? "Large marks are means over seeds, small dots single trainings, lines 95% intervals of the means."
    : "Lines are 95% intervals.";

const failures = (failed: NonNullable<ComparisonReport["failed"]>): Html =>
  html`<h3>Came to nothing</h3><ul class="findings">${failed.map(
    ({ name, reason }) => html`<li><p><b>${named(name)}</b>: ${reason}</p></li>`,
  )}</ul>`;

function costTable({ strategies, take, best, target }: ComparisonReport): Html {
  const hasTarget =
    target !== undefined && strategies.some(({ runs }) => runs.some((run) => run.epochsToTarget !== undefined));
  const hasMemory = strategies.some(({ runs }) => runs.some((run) => run.peakBytes !== undefined));
  return table({
    caption: "Means over seeds, with 95% intervals below",
    scrollsAs: "Strategies in numbers",
    columns: [
      { title: "Strategy" },
      { title: "Accuracy", isNumber: true },
      { title: "A\u00a0training", isNumber: true },
      { title: html`Points behind ${named(best)}`, isNumber: true },
      { title: "Loss", isNumber: true },
      ...(hasTarget ? [{ title: `Epochs to ${Number((100 * target).toFixed(1))}%`, isNumber: true }] : []),
      ...(hasMemory ? [{ title: "Peak memory", isNumber: true }] : []),
    ],
    rows: strategies.map((strategy) => [
      strategyName(strategy, strategy.name === take),
      withRange(strategy.accuracy, percent),
      duration(strategy.seconds),
      strategy.name === best ? "–" : withRange(strategy.behind, points),
      withRange(strategy.loss, decimals),
      ...(hasTarget ? [epochsToTarget(strategy)] : []),
      ...(hasMemory ? [peakMemory(strategy)] : []),
    ]),
  });
}

function strategyName({ name, about, steps }: StrategyReport, isChoice: boolean): Html {
  const what = [about, steps].flatMap((line) =>
    line === undefined ? [] : [html`<small class="about">${line}</small>`],
  );
  return html`${named(name)}${isChoice && html` <span class="tag">take this</span>`}${what}`;
}

const withRange = ({ mean, low, high }: Estimate, write: (value: number) => string): Html =>
  html`${write(mean)}<small class="about">${write(low)} to ${write(high)}</small>`;

/** The mean over the runs that came so far, and how many did. */
function epochsToTarget({ runs }: StrategyReport): Content {
  const measured = runs.flatMap(({ epochsToTarget: epochs }) => (epochs === undefined ? [] : [epochs]));
  const reached = measured.filter((epochs) => epochs !== null);
  if (reached.length === 0) return measured.length === 0 ? "–" : "never";
  const mean = reached.reduce((sum, epochs) => sum + epochs, 0) / reached.length;
  const some =
    reached.length < measured.length && html`<small class="about">${reached.length} of ${measured.length} runs</small>`;
  return html`${Number.isInteger(mean) ? mean : mean.toFixed(1)}${some}`;
}

function peakMemory({ runs }: StrategyReport): string {
  const peaks = runs.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
  return peaks.length === 0 ? "–" : bytes(Math.max(...peaks));
}

function runTable(strategies: readonly StrategyReport[]): Html {
  const hasEpoch = strategies.some(({ runs }) => runs.some(({ keptEpoch }) => keptEpoch !== undefined));
  return table({
    caption: "Every training",
    hidesCaption: true,
    scrollsAs: "Every training in numbers",
    columns: [
      { title: "Strategy" },
      { title: "Seed", isNumber: true },
      { title: "Accuracy", isNumber: true },
      { title: "Loss", isNumber: true },
      ...(hasEpoch ? [{ title: "Epoch kept", isNumber: true }] : []),
      { title: "Time", isNumber: true },
    ],
    rows: strategies.flatMap(({ name, runs }) =>
      runs.map(({ seed, accuracy, loss, keptEpoch, seconds }) => [
        named(name),
        seed,
        percent(accuracy),
        decimals(loss),
        ...(hasEpoch ? [keptEpoch ?? "–"] : []),
        duration(seconds),
      ]),
    ),
  });
}

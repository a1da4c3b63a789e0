import { bytes, decimals, duration, percent } from "../../base/words.ts";
import type { Drawer } from "../charts/drawer.ts";
import { strategyChart } from "../charts/strategy-chart.ts";
import type { ComparisonReport, Interval } from "../data.ts";
import { type Content, type Html, html, named } from "../html.ts";
import { figure } from "../parts/figure.ts";
import { folded, type Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";
import { leadOver, points, type Summary } from "../verdict.ts";

export interface StrategiesOptions {
  readonly summaries: readonly Summary[];
  readonly choice: Summary | undefined;
  readonly best: Summary | undefined;
  readonly target: ComparisonReport["target"];
}

/** All strategies beside each other: as a chart, and with what they cost as a table. */
export function strategiesSection(drawer: Drawer, options: StrategiesOptions): Section | undefined {
  const { summaries } = options;
  if (summaries.length === 0) return undefined;
  return {
    id: "strategies",
    title: "Side by side",
    body: [
      figure(
        "Accuracy on the validation pictures",
        html`<div class="single">${strategyChart(drawer, summaries)}</div>`,
      ),
      html`<p class="quiet"><small>Large marks are means, lines their 95% intervals over seeds, small dots single runs.</small></p>`,
      html`<div class="full">${costTable(options)}</div>`,
      folded("Every run in numbers", runTable(summaries)),
    ],
  };
}

function costTable({ summaries, choice, best, target }: StrategiesOptions): Html {
  const hasTarget =
    target !== undefined && summaries.some(({ runs }) => runs.some((run) => run.epochsToTarget !== undefined));
  const hasMemory = summaries.some(({ runs }) => runs.some((run) => run.peakBytes !== undefined));
  const caption = "Means over seeds, with 95% intervals";
  return table({
    caption,
    scrollsAs: caption,
    columns: [
      { title: "Strategy" },
      { title: "Accuracy", isNumber: true },
      { title: "Behind the best", isNumber: true },
      { title: "Loss", isNumber: true },
      { title: "Time", isNumber: true },
      ...(hasTarget ? [{ title: `Epochs to ${Number((100 * target).toFixed(1))}%`, isNumber: true }] : []),
      ...(hasMemory ? [{ title: "Peak memory", isNumber: true }] : []),
    ],
    rows: summaries.map((summary) => [
      strategyName(summary, summary === choice),
      withRange(percent(summary.accuracy.mean), summary.accuracy.interval, percent, 1),
      behind(summary, best),
      withRange(decimals(summary.loss.mean), summary.loss.interval, decimals),
      duration(summary.seconds.mean),
      ...(hasTarget ? [epochsToTarget(summary)] : []),
      ...(hasMemory ? [peakMemory(summary)] : []),
    ]),
  });
}

const strategyName = ({ strategy: { name, about } }: Summary, isChoice: boolean): Html =>
  html`${named(name)}${isChoice && html` <span class="tag">take this</span>`}${about !== undefined && html`<small class="about">${about}</small>`}`;

function withRange(
  mean: string,
  interval: Interval | undefined,
  write: (value: number) => string,
  most = Number.POSITIVE_INFINITY,
): Content {
  if (!interval) return mean;
  return html`${mean}<small class="about">${write(Math.max(0, interval.low))} to ${write(Math.min(most, interval.high))}</small>`;
}

/** In percentage points, seed by seed. */
function behind(summary: Summary, best: Summary | undefined): Content {
  if (!best || summary === best) return "–";
  const { mean, interval } = leadOver(best, summary);
  const range = interval && html`<small class="about">${points(interval.low)} to ${points(interval.high)}</small>`;
  return html`${points(mean)}${range}`;
}

/** The mean over the runs that came so far, and how many did. */
function epochsToTarget({ runs }: Summary): Content {
  const measured = runs.flatMap(({ epochsToTarget: epochs }) => (epochs === undefined ? [] : [epochs]));
  const reached = measured.filter((epochs) => epochs !== null);
  if (reached.length === 0) return measured.length === 0 ? "–" : "never";
  const mean = reached.reduce((sum, epochs) => sum + epochs, 0) / reached.length;
  const some =
    reached.length < measured.length && html`<small class="about">${reached.length} of ${measured.length} runs</small>`;
  return html`${Number.isInteger(mean) ? mean : mean.toFixed(1)}${some}`;
}

function peakMemory({ runs }: Summary): string {
  const peaks = runs.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
  return peaks.length === 0 ? "–" : bytes(Math.max(...peaks));
}

const runTable = (summaries: readonly Summary[]): Html =>
  table({
    caption: "Every run",
    hidesCaption: true,
    scrollsAs: "Every run in numbers",
    columns: [
      { title: "Strategy" },
      { title: "Seed", isNumber: true },
      { title: "Accuracy", isNumber: true },
      { title: "Loss", isNumber: true },
      { title: "Time", isNumber: true },
    ],
    rows: summaries.flatMap(({ strategy, runs }) =>
      runs.map(({ seed, accuracy, loss, seconds }) => [
        named(strategy.name),
        seed,
        percent(accuracy),
        decimals(loss),
        duration(seconds),
      ]),
    ),
  });

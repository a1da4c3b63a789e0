import { duration, percent } from "../base/words.ts";
import type { ComparisonReport, Interval, StrategyReport, StrategyRun } from "./data.ts";
import { type Estimate, estimate, wilson } from "./estimate.ts";
import type { Headline } from "./headline.ts";
import { type Content, type Html, html, named } from "./html.ts";

/** What a strategy came to over its runs with all training pictures. */
export interface Summary {
  /** Its place among all strategies: it has the same colour everywhere. */
  readonly at: number;
  readonly strategy: StrategyReport;
  readonly runs: readonly StrategyRun[];
  readonly accuracy: Estimate;
  readonly loss: Estimate;
  readonly seconds: Estimate;
}

export interface Verdict extends Headline {
  /** In the order of the strategies; those without a run on all pictures are left out. */
  readonly summaries: readonly Summary[];
  /** The strategy to take; undefined where nothing was measured. */
  readonly choice: Summary | undefined;
  /** That with the highest mean accuracy. */
  readonly best: Summary | undefined;
}

const isWhole = ({ share = 1 }: StrategyRun): boolean => share === 1;

export function summaries({ strategies }: ComparisonReport): readonly Summary[] {
  return strategies.flatMap((strategy, at) => {
    const runs = strategy.runs.filter((run) => isWhole(run) && Number.isFinite(run.accuracy));
    if (runs.length === 0) return [];
    const of = (key: "accuracy" | "loss" | "seconds") => estimate(runs.map((run) => run[key]));
    return [{ at, strategy, runs, accuracy: of("accuracy"), loss: of("loss"), seconds: of("seconds") }];
  });
}

/**
 * Which strategy to take: the quickest of those that are not measurably worse than the one with the highest mean accuracy.
 * Two are held against each other seed by seed, which takes out what the seed does to both.
 */
export function verdict(report: ComparisonReport): Verdict {
  const all = summaries(report);
  const best = highest(all, ({ accuracy }) => accuracy.mean);
  if (!best) return { summaries: all, choice: undefined, best, headline: "No strategy was measured.", sentences: [] };
  const rivals = all.filter((other) => other !== best && !isWorse(leadOver(best, other)));
  const choice = highest([best, ...rivals], ({ seconds }) => -seconds.mean) ?? best;
  const second = highest(
    all.filter((other) => other !== best),
    ({ accuracy }) => accuracy.mean,
  );
  return {
    summaries: all,
    choice,
    best,
    headline: html`Take ${named(choice.strategy.name)}: ${reason(choice, best, rivals)}.`,
    sentences: [
      html`It is right for ${percent(choice.accuracy.mean)} of the validation pictures${within(choice.accuracy.interval)}.`,
      choice !== best ? ahead(best, choice) : second && ahead(best, second),
      confidence(best, report.examples.val),
    ],
  };
}

/** How much more accurate one is than another: over the seeds of both, else over all runs. */
export function leadOver(one: Summary, other: Summary): Estimate {
  const theirs = new Map(other.runs.map(({ seed, accuracy }) => [seed, accuracy]));
  const paired = one.runs.flatMap(({ seed, accuracy }) => {
    const own = theirs.get(seed);
    return own === undefined ? [] : [accuracy - own];
  });
  return estimate(paired.length > 0 ? paired : [one.accuracy.mean - other.accuracy.mean]);
}

/** With one seed nothing is sure. */
const isWorse = ({ interval }: Estimate): boolean => interval !== undefined && interval.low > 0;

function reason(choice: Summary, best: Summary, rivals: readonly Summary[]): Content {
  if (choice === best) {
    return rivals.length === 0 ? "nothing else comes as far" : "nothing else comes further, and it is the quickest";
  }
  return html`${named(best.strategy.name)} is not measurably better, and takes ${times(best.seconds.mean / choice.seconds.mean)} as long`;
}

function ahead(best: Summary, other: Summary): Html {
  const { mean, interval } = leadOver(best, other);
  const [name, than] = [bold(best), bold(other)];
  const range = interval && html` (95% interval ${points(interval.low)} to ${points(interval.high)})`;
  return html`${name} is ${points(mean)} points ahead of ${than}${range}, in ${duration(best.seconds.mean)} against ${duration(other.seconds.mean)}.`;
}

const bold = ({ strategy }: Summary): Html => html`<b>${named(strategy.name)}</b>`;

/** Seeds tell how training varies; how the pictures were drawn is the larger unknown. */
function confidence({ runs, accuracy }: Summary, pictures: number): string {
  if (runs.length < 2) return "One seed cannot tell how sure this is: give several.";
  const { low, high } = wilson(accuracy.mean * pictures, pictures);
  return (
    `Intervals are over ${runs.length} seeds, on the same ${pictures} validation pictures: ` +
    `other pictures like these would move all strategies together by up to ${points((high - low) / 2)} points.`
  );
}

const within = (interval: Interval | undefined): string =>
  interval ? `, ${percent(interval.low)} to ${percent(Math.min(1, interval.high))} with 95% confidence` : "";

/** A difference of shares in percentage points. */
export const points = (share: number): string => {
  const text = (100 * share).toFixed(1);
  return text === "-0.0" ? "0.0" : text.replace("-", "−");
};

const times = (ratio: number): string => (ratio < 1.95 ? `${ratio.toFixed(1)} times` : `${Math.round(ratio)} times`);

function highest<T>(items: readonly T[], of: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>((top, item) => (top === undefined || of(item) > of(top) ? item : top), undefined);
}

import { count, counted, decimals, percent } from "../base/words.ts";
import { wilson } from "../evaluation/wilson.ts";
import type { Interval, RunReport } from "./data.ts";
import { type Content, type Html, html, named } from "./html.ts";

export interface Headline {
  readonly headline: Content;
  /** What it rests on, a sentence each. */
  readonly sentences: readonly Content[];
}

/** How many of which pictures were right, and between what the true share lies. */
export interface Judged {
  readonly accuracy: number;
  readonly interval: Interval;
  readonly count: number;
  /** "validation", "test", … */
  readonly pictures: string;
}

/** What was learned in a run, and how sure that is. */
export function runHeadline(report: RunReport): Headline {
  if (report.status === "failed") return { headline: "The run failed.", sentences: [report.error] };
  const judged = judgedOf(report);
  if (!judged) return withoutAccuracy(report);
  if (report.evaluation?.kind === "labels") {
    return { headline: labelClaim(judged), sentences: [gain(report), optimism(judged)] };
  }
  const guess = guessOf(report);
  return {
    headline: claim(report.classes, judged, guess.share),
    sentences: [
      evidence(judged),
      `${guess.how} would be right for ${percent(guess.share)}.`,
      report.evaluation?.threshold === undefined
        ? gain(report)
        : thresholdOf(report.classes, report.evaluation.threshold),
      optimism(judged),
    ],
  };
}

/** The accuracy of a run, from its evaluation where there is one. */
export function judgedOf({ evaluation, result, examples }: RunReport): Judged | undefined {
  const accuracy = evaluation?.measures.accuracy ?? result?.valAccuracy;
  const examined = evaluation?.count ?? examples.val;
  if (accuracy === undefined || !Number.isFinite(accuracy) || examined === 0) return undefined;
  // Drawing again from pictures that are all right gives nothing but right ones: no interval at all.
  const drawn = evaluation?.intervals?.accuracy;
  const interval = drawn && drawn.low < drawn.high ? drawn : wilson(accuracy * examined, examined);
  return { accuracy, interval, count: examined, pictures: evaluation?.pictures ?? "validation" };
}

export const range = ({ low, high }: Interval): string => `${percent(low)} to ${percent(high)}`;

function withoutAccuracy({ result, phases }: RunReport): Headline {
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  const loss = result?.valLoss;
  if (loss === undefined) return { headline: "The run has no result yet.", sentences: [] };
  return {
    headline: `The validation loss is ${decimals(loss)} after ${counted(epochs, "epoch")}.`,
    sentences: [],
  };
}

/** Better than guessing is what no chance makes: where the whole interval lies above. */
function claim(classes: readonly string[], { accuracy, interval, pictures }: Judged, guess: number): Html {
  if (interval.low <= guess) return html`It cannot be said to tell ${told(classes)} better than guessing.`;
  return html`It tells ${told(classes)} in ${percent(accuracy)} of the ${pictures} pictures.`;
}

const labelClaim = ({ accuracy, pictures }: Judged): string =>
  `It gets ${percent(accuracy)} of the labels of the ${pictures} pictures right.`;

/** "ants from bees", "cats, dogs and horses apart", "12 classes apart". */
function told(classes: readonly string[]): Html {
  const [first = "", second = "", third] = classes;
  const isLong = classes.join("").length > 40;
  if (classes.length === 2 && !isLong) return html`${named(first)} from ${named(second)}`;
  if (classes.length === 3 && !isLong) return html`${named(first)}, ${named(second)} and ${named(third ?? "")} apart`;
  return html`${count(classes.length)} classes apart`;
}

const evidence = ({ accuracy, count: all, interval }: Judged): string =>
  `${count(Math.round(accuracy * all))} of ${count(all)} are right: with 95% confidence, ${range(interval)} of pictures like these.`;

/** What one gets for nothing. */
function guessOf({ evaluation, classes }: RunReport): { readonly share: number; readonly how: string } {
  const counts = evaluation?.classes.map((row) => row.count) ?? [];
  const all = counts.reduce((sum, own) => sum + own, 0);
  if (all > 0) return { share: Math.max(...counts) / all, how: "Always naming the commonest class" };
  return { share: 1 / Math.max(1, classes.length), how: "Guessing" };
}

/** What the numbers of the epochs, which go by the higher score, do not know. */
const thresholdOf = ([, second = ""]: readonly string[], threshold: number): Html =>
  html`${named(second)} is said from a score of ${percent(threshold)} on, not where it is the higher one; the numbers of the epochs are without that.`;

/** Whether training the base too was worth it. */
function gain({ phases, examples }: RunReport): string | undefined {
  const [before, after] = phases;
  if (before?.valAccuracy === undefined || after?.valAccuracy === undefined || after.epochs === 0) return undefined;
  const [was, is] = [before.valAccuracy, after.valAccuracy];
  const { low, high } = wilson(is * examples.val, examples.val);
  const moved = `With the new head alone it was ${percent(was)}, after the base was trained too ${percent(is)}`;
  if (was >= low && was <= high) return `${moved}: no more apart than chance could make it.`;
  return `${moved}: ${is > was ? "training the base paid" : "training the base did harm"}.`;
}

const optimism = ({ pictures }: Judged): string | undefined =>
  pictures === "validation"
    ? "These pictures also chose the epoch that was kept, so expect a little less of new ones."
    : undefined;

import { count, percent } from "../../base/words.ts";
import { type MeasureName, measures } from "../../evaluation/measures.ts";
import { spoken } from "../../report/settings-told.ts";
import type { PhaseResult } from "../phase.ts";
import type { StrategyName } from "./strategies.ts";

export interface NotedResult {
  readonly examples: { readonly val: number };
  readonly best: StrategyName;
  readonly reach: number;
  readonly strategies: readonly {
    readonly name: StrategyName;
    readonly runs: readonly { readonly keptEpoch: number | null }[];
  }[];
}

export interface NoteOptions {
  /** What the epoch that is kept is best by. */
  readonly metric: MeasureName;
  /** Whether a person named the accuracy to reach. */
  readonly isReachGiven: boolean;
}

/** What the numbers of a comparison mean, a sentence each: the intervals, the epochs they are of, "epochs until". */
export const comparisonNotes = (result: NotedResult, options: NoteOptions): readonly string[] => [
  intervalNote(result),
  keptNote(result, options),
  reachNote(result, options),
];

function intervalNote({ strategies, examples }: NotedResult): string {
  const pictures = `the ${count(examples.val)} validation pictures`;
  const drawn = strategies.some(({ runs }) => runs.length > 1) ? `seeds and ${pictures}` : pictures;
  return `A 95% interval holds the number in 95% of samples: ${drawn} are drawn again with replacement, the same for every strategy.`;
}

/** "… of the epoch with the lowest validation loss, as training keeps it: head 7 and 5, full 14 and 14; …" */
function keptNote({ strategies, examples }: NotedResult, { metric }: NoteOptions): string {
  const best = measures[metric].better === "lower" ? "lowest" : "highest";
  const epochs = strategies.map(
    ({ name, runs }) => `${name} ${listed(runs.map(({ keptEpoch }) => keptEpoch ?? "none"))}`,
  );
  return (
    `Accuracy and loss are of the epoch with the ${best} validation ${spoken(metric)}, as training keeps it: ${epochs.join(", ")}; ` +
    `the same ${count(examples.val)} pictures choose that epoch and judge it, which is a little generous to all.`
  );
}

function reachNote({ reach, best, strategies }: NotedResult, { isReachGiven }: NoteOptions): string {
  const what = isReachGiven ? "the accuracy that was asked for" : `95% of the accuracy of ${best}`;
  const over = strategies.some(({ runs }) => runs.length > 1)
    ? "counted for each seed to its first epoch as good, then the mean of those that got there"
    : "counted to the first epoch as good";
  return `Epochs to ${percent(reach)}, ${what}: ${over}.`;
}

/**
 * What a strategy did in each phase: "10 epochs, learning rate 0.003; then 5 with the base, 0.00001".
 *
 * @param runs the phases of each of its trainings
 */
export function phasesTold(runs: readonly (readonly Pick<PhaseResult, "epochs" | "learningRate">[])[]): string {
  const [first = []] = runs;
  const steps = first.map(({ learningRate }, at) => {
    const epochs = spanOf(runs.flatMap((phases) => phases[at]?.epochs ?? []));
    return at === 0
      ? `${epochs} ${epochs === "1" ? "epoch" : "epochs"}, learning rate ${learningRate}`
      : `then ${epochs} with the base, ${learningRate}`;
  });
  return steps.join("; ");
}

/** "10", "8 to 10": of trainings that may have ended early. */
function spanOf(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? count(least) : `${count(least)} to ${count(most)}`;
}

/** "7", "7 and 5", "7, 5 and 9". */
function listed(values: readonly (number | string)[]): string {
  const last = values.at(-1) ?? "none";
  return values.length < 2 ? String(last) : `${values.slice(0, -1).join(", ")} and ${last}`;
}

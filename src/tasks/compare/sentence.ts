import { duration, percent } from "../../base/words.ts";
import type { Contest } from "../../evaluation/contest.ts";
import { type StrategyName, strategies } from "./strategies.ts";
import { type Contender, surelyAhead, type Verdict } from "./verdict.ts";

type Ahead = Contest<StrategyName>["ahead"];

/** Why to take a strategy and how sure that is, in clauses that begin small and end in no full stop. */
export interface VerdictClauses {
  /** "it gets 93.0% right (95% interval: 91.0% to 95.0%), 3.0 points more than head (97% sure)" */
  readonly right: string;
  /** "the 3.0 points that full got more may be chance: it is only 63% sure …, and …": of what is as good. */
  readonly rival: string | undefined;
  /** "transfer is worth 43.0 points here: from scratch …" */
  readonly transfer: string | undefined;
  /** "that is not surely better than guessing …": of the one to take, where its interval does not lie above. */
  readonly guessing: string | undefined;
}

/** @param guess the accuracy of always naming the commonest class */
export function verdictClauses(
  verdict: Verdict,
  contenders: readonly Contender[],
  { ahead, guess }: { readonly ahead: Ahead; readonly guess: number },
): VerdictClauses {
  const of = (name: StrategyName) => contenders.find((one) => one.name === name);
  const taken = of(verdict.take);
  if (!taken) throw new RangeError(`The strategy to take, ${verdict.take}, is no contender.`);
  const { mean: share, low, high } = taken.standing.accuracy;
  const right = `it gets ${percent(share)} right (95% interval: ${percent(low)} to ${percent(high)})`;
  return {
    right: `${right}${margin(verdict, contenders, ahead)}`,
    rival: rivalClause(verdict, contenders, ahead),
    transfer: transferClause(taken, of("scratch"), ahead),
    guessing:
      low > guess
        ? undefined
        : `that is not surely better than always naming the commonest class, which gets ${percent(guess)} right: give it more pictures or epochs`,
  };
}

/** All in one: "Take full (a new head, then all of the base too): it gets 93.0% right (…), 3.0 points more than head (97% sure). Transfer is worth …" */
export function verdictSentence({ take }: Verdict, { right, rival, transfer, guessing }: VerdictClauses): string {
  return [`Take ${take} (${strategies[take].about}): ${right}.`, ...told([guessing, rival, transfer])].join(" ");
}

/** A sentence each, under a headline that tells which to take. */
export const verdictReasons = (
  { take }: Verdict,
  { right, rival, transfer, guessing }: VerdictClauses,
): readonly string[] => told([`${strategies[take].about}: ${right}`, guessing, rival, transfer]);

const told = (clauses: readonly (string | undefined)[]): readonly string[] =>
  clauses.flatMap((clause) => (clause === undefined ? [] : [sentence(clause)]));

const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

/** The most accurate of the others. */
const runnerUp = ({ take }: Verdict, contenders: readonly Contender[]): Contender | undefined =>
  contenders.filter(({ name }) => name !== take).sort((a, b) => mean(b) - mean(a))[0];

/** What lies between the one to take, where it is ahead, and the next. */
function margin(verdict: Verdict, contenders: readonly Contender[], ahead: Ahead): string {
  const { best, take, alike } = verdict;
  const next = runnerUp(verdict, contenders);
  const taken = contenders.find(({ name }) => name === take);
  if (take !== best || !taken || !next || alike.includes(next.name)) return "";
  return `, ${points(mean(taken) - mean(next))} more than ${next.name} (${sureness(ahead(take, next.name))})`;
}

/** Of what is as good as the one to take, as far as can be told. */
function rivalClause(verdict: Verdict, contenders: readonly Contender[], ahead: Ahead): string | undefined {
  const { best, take, alike } = verdict;
  const of = (name: StrategyName) => contenders.find((one) => one.name === name);
  const [taken, leader, next] = [of(take), of(best), runnerUp(verdict, contenders)];
  if (!taken || !leader || !next) return undefined;
  if (take !== best) return `${chance(leader, taken, ahead)}, and ${timesOf(leader, taken)}`;
  if (!alike.includes(next.name)) return undefined;
  return `${next.name} is as good as far as can be told, ${points(mean(taken) - mean(next))} behind, and ${timesOf(next, taken)}`;
}

/** That the accuracy of what leads is too little ahead to count. */
function chance(leader: Contender, taken: Contender, ahead: Ahead): string {
  const gap = points(mean(leader) - mean(taken));
  if (gap === points(0)) return `${leader.name} got as many right`;
  // Rounded down: 89.8% is less than the 90% asked for, and has to read so.
  const sure = `only ${Math.floor(100 * ahead(leader.name, taken.name))}% sure that ${leader.name} is better`;
  return `the ${gap} that ${leader.name} got more may be chance: it is ${sure}, less than the ${Math.round(100 * surelyAhead)}% asked for`;
}

const timesOf = (other: Contender, taken: Contender): string =>
  `${other.name} trains for ${duration(other.seconds)} where ${taken.name} takes ${duration(taken.seconds)}`;

function transferClause(taken: Contender, scratch: Contender | undefined, ahead: Ahead): string | undefined {
  if (!scratch || scratch === taken) return undefined;
  const gap = mean(taken) - mean(scratch);
  const sure = sureness(ahead(taken.name, scratch.name));
  return gap > 0
    ? `transfer is worth ${points(gap)} here: from scratch the same network gets ${percent(mean(scratch))} right (${sure})`
    : `transfer is worth nothing here: from scratch the same network gets ${percent(mean(scratch))} right`;
}

const mean = ({ standing }: Contender): number => standing.accuracy.mean;

const points = (gap: number): string => `${(100 * Math.abs(gap)).toFixed(1)} points`;

const sureness = (share: number): string => (share > 0.99 ? "more than 99% sure" : `${Math.round(100 * share)}% sure`);

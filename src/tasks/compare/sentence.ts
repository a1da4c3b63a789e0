import type { Contest } from "../../evaluation/contest.ts";
import type { StrategyName } from "./strategies.ts";
import type { Contender, Verdict } from "./verdict.ts";

/**
 * Which strategy to take and how sure that is, as one or two sentences: "Take full: it gets 91.2% right (88.4% to 93.6%), 3.2
 * points more than head; 97% sure. From scratch ..."
 */
export function verdictSentence(
  verdict: Verdict,
  contenders: readonly Contender[],
  ahead: Contest<StrategyName>["ahead"],
): string {
  const of = (name: StrategyName) => contenders.find((one) => one.name === name);
  const taken = of(verdict.take);
  if (!taken) return "";
  const { mean, low, high } = taken.standing.accuracy;
  const opening = `Take ${taken.name}: it gets ${percent(mean)} right (95% of samples: ${percent(low)} to ${percent(high)})`;
  return [`${opening}${reason(verdict, contenders, ahead)}.`, scratchSentence(taken, of("scratch"), ahead)]
    .filter(Boolean)
    .join(" ");
}

function reason(
  { best, take, alike }: Verdict,
  contenders: readonly Contender[],
  ahead: Contest<StrategyName>["ahead"],
): string {
  const of = (name: StrategyName) => contenders.find((one) => one.name === name);
  const [taken, leader] = [of(take), of(best)];
  if (!taken || !leader) return "";
  if (take !== best) {
    const more = points(leader.standing.accuracy.mean - taken.standing.accuracy.mean);
    const surely = `that ${best} is better, by ${more}, is only ${sureness(ahead(best, take))}`;
    return `; ${surely}, and it takes ${times(leader.seconds / taken.seconds)} as long`;
  }
  const others = contenders
    .filter(({ name }) => name !== take)
    .sort((a, b) => b.standing.accuracy.mean - a.standing.accuracy.mean);
  const [next] = others;
  if (!next) return "";
  const more = points(mean(taken) - mean(next));
  if (alike.includes(next.name)) {
    return `; ${next.name} is as good as far as can be told, ${more} behind, and not quicker`;
  }
  return `, ${more} more than ${next.name} (${sureness(ahead(take, next.name))})`;
}

function scratchSentence(
  taken: Contender,
  scratch: Contender | undefined,
  ahead: Contest<StrategyName>["ahead"],
): string {
  if (!scratch || scratch === taken) return "";
  const gap = mean(taken) - mean(scratch);
  const sure = sureness(ahead(taken.name, scratch.name));
  return gap > 0
    ? `Transfer is worth ${points(gap)} here: from scratch the same network gets ${percent(mean(scratch))} right (${sure}).`
    : `Transfer is worth nothing here: from scratch the same network gets ${percent(mean(scratch))} right.`;
}

const mean = ({ standing }: Contender): number => standing.accuracy.mean;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const points = (gap: number): string => `${(100 * Math.abs(gap)).toFixed(1)} points`;

const times = (ratio: number): string => `${ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio)} times`;

const sureness = (share: number): string => (share > 0.99 ? "more than 99% sure" : `${Math.round(100 * share)}% sure`);

import type { Contest, Standing } from "../../evaluation/contest.ts";
import type { StrategyName } from "./strategies.ts";

/** A strategy in the end: how good, and what it cost. */
export interface Contender {
  readonly name: StrategyName;
  readonly standing: Standing;
  /** Of one training, the mean. */
  readonly seconds: number;
}

/** Which strategy to take. */
export interface Verdict {
  /** With the highest accuracy. */
  readonly best: StrategyName;
  /** The quickest of those that are as good as the best, as far as can be told. */
  readonly take: StrategyName;
  /** How sure it is that `take` is ahead of each that is not as good: the least of those shares of samples; 1 where all are as good. */
  readonly sure: number;
  /** The others that cannot be told from the best. */
  readonly alike: readonly StrategyName[];
}

/** From which share of samples on one strategy counts as ahead of another. */
export const surelyAhead = 0.9;

/** @param contenders one at least */
export function verdictOf(contenders: readonly Contender[], ahead: Contest<StrategyName>["ahead"]): Verdict {
  const ranked = [...contenders].sort(
    ({ standing: one }, { standing: other }) =>
      other.accuracy.mean - one.accuracy.mean || one.loss.mean - other.loss.mean,
  );
  const [best] = ranked;
  if (!best) throw new RangeError("A verdict needs a contender.");
  const asGood = ranked.filter(({ name }) => name === best.name || ahead(best.name, name) < surelyAhead);
  const take = asGood.reduce((quickest, one) => (one.seconds < quickest.seconds ? one : quickest), best);
  const beaten = contenders.filter((one) => !asGood.includes(one));
  return {
    best: best.name,
    take: take.name,
    sure: Math.min(1, ...beaten.map(({ name }) => ahead(take.name, name))),
    alike: asGood.flatMap(({ name }) => (name === best.name ? [] : [name])),
  };
}

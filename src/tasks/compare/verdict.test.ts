import { describe, expect, test } from "vitest";
import { verdictClauses, verdictReasons, verdictSentence } from "./sentence.ts";
import type { StrategyName } from "./strategies.ts";
import { type Contender, type Verdict, verdictOf } from "./verdict.ts";

const contender = (name: StrategyName, accuracy: number, seconds: number, loss = 1): Contender => ({
  name,
  standing: {
    accuracy: { mean: accuracy, low: accuracy - 0.02, high: accuracy + 0.02 },
    loss: { mean: loss, low: loss, high: loss },
  },
  seconds,
});

/** How sure one is to be ahead, by pairs; the other way round it is the rest. */
const sureness =
  (pairs: Readonly<Record<string, number>>) =>
  (one: StrategyName, other: StrategyName): number =>
    pairs[`${one} ${other}`] ?? 1 - (pairs[`${other} ${one}`] ?? 0.5);

const told = (verdict: Verdict, contenders: readonly Contender[], ahead: ReturnType<typeof sureness>): string =>
  verdictSentence(verdict, verdictClauses(verdict, contenders, { ahead, guess: 0.2 }));

const [head, full, scratch] = [
  contender("head", 0.9, 10),
  contender("full", 0.93, 120),
  contender("scratch", 0.5, 300),
];

describe("the strategy to take", () => {
  test("is the best where that is sure", () => {
    const ahead = sureness({ "full head": 0.97, "full scratch": 1, "head scratch": 1 });
    const verdict = verdictOf([head, full, scratch], ahead);
    expect(verdict).toEqual({ best: "full", take: "full", sure: 0.97, alike: [] });
    expect(told(verdict, [head, full, scratch], ahead)).toBe(
      "Take full (a new head, then all of the base too): it gets 93.0% right (95% interval: 91.0% to 95.0%), 3.0 points more than head (97% sure). " +
        "Transfer is worth 43.0 points here: from scratch the same network gets 50.0% right (more than 99% sure).",
    );
  });

  test("is the quickest of those that cannot be told from the best", () => {
    const ahead = sureness({ "full head": 0.63, "full scratch": 1, "head scratch": 1 });
    const verdict = verdictOf([head, full, scratch], ahead);
    expect(verdict).toEqual({ best: "full", take: "head", sure: 1, alike: ["head"] });
    expect(told(verdict, [head, full, scratch], ahead)).toMatch(
      /^Take head \(a new head on the frozen base\): .*\. The 3\.0 points that full got more may be chance: .*\. Transfer /,
    );
    expect(verdictReasons(verdict, verdictClauses(verdict, [head, full, scratch], { ahead, guess: 0.2 }))).toEqual([
      "A new head on the frozen base: it gets 90.0% right (95% interval: 88.0% to 92.0%).",
      "The 3.0 points that full got more may be chance: it is only 63% sure that full is better, less than the 90% asked for, and full trains for 2 min 00 s where head takes 10 s.",
      "Transfer is worth 40.0 points here: from scratch the same network gets 50.0% right (more than 99% sure).",
    ]);
  });

  test("of equal accuracies is that of the lower loss", () => {
    const pair = [contender("head", 0.9, 10, 0.3), contender("full", 0.9, 10, 0.2)];
    const verdict = verdictOf(pair, sureness({}));
    expect(verdict).toMatchObject({ best: "full", take: "full", alike: ["head"] });
    expect(told(verdict, pair, sureness({}))).toMatch(
      /\. Head is as good as far as can be told, 0\.0 points behind, and head trains for 10 s where full takes 10 s\./,
    );
  });

  test("is not said to be less than 90% ahead by a number that is rounded to 90", () => {
    const ahead = sureness({ "full head": 0.898 });
    const verdict = verdictOf([head, full], ahead);
    expect(told(verdict, [head, full], ahead)).toContain("only 89% sure that full is better, less than the 90% asked");
  });

  test("is told apart from a leader by loss alone without points", () => {
    const pair = [contender("head", 0.9, 10, 0.3), contender("full", 0.9, 120, 0.2)];
    expect(told(verdictOf(pair, sureness({})), pair, sureness({}))).toContain(
      "Full got as many right, and full trains for 2 min 00 s where head takes 10 s.",
    );
  });

  test("may be scratch", () => {
    const pair = [contender("head", 0.6, 10), contender("scratch", 0.9, 300)];
    const ahead = sureness({ "scratch head": 1 });
    const verdict = verdictOf(pair, ahead);
    expect(verdict).toMatchObject({ best: "scratch", take: "scratch", sure: 1 });
    expect(told(verdict, pair, ahead)).toMatch(
      /^Take scratch \(the same network, all weights drawn anew\): .*, 30\.0 points more than head/,
    );
  });

  test("is said to be no better than guessing where that may be", () => {
    const poor = [contender("head", 0.21, 10)];
    const verdict = verdictOf(poor, sureness({}));
    expect(verdictSentence(verdict, verdictClauses(verdict, poor, { ahead: sureness({}), guess: 0.2 }))).toMatch(
      /That is not surely better than always naming the commonest class, which gets 20\.0% right/,
    );
  });

  test("alone has nothing to be sure of", () => {
    const verdict = verdictOf([head], sureness({}));
    expect(verdict).toEqual({ best: "head", take: "head", sure: 1, alike: [] });
    expect(told(verdict, [head], sureness({}))).toBe(
      "Take head (a new head on the frozen base): it gets 90.0% right (95% interval: 88.0% to 92.0%).",
    );
  });
});

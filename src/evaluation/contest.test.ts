import { describe, expect, it, test } from "vitest";
import { contest, type Judgement } from "./contest.ts";

/** Of 200 examples the first so many are right. */
const rightOn = (count: number, loss = 1): Judgement => ({
  right: Uint8Array.from({ length: 200 }, (_, at) => (at < count ? 1 : 0)),
  losses: new Float32Array(200).fill(loss),
});

describe("contest", () => {
  it("gives the means over seeds and examples", () => {
    const { standings } = contest(new Map([["a", [rightOn(100, 0.5), rightOn(150, 1)]]]));
    expect(standings.get("a")?.accuracy.mean).toBe(0.625);
    expect(standings.get("a")?.loss.mean).toBe(0.75);
  });

  it("with one seed has the interval of a share: 1.96 √(p(1 − p)/n) to both sides", () => {
    const { standings } = contest(new Map([["a", [rightOn(160)]]]));
    const { low = 0, high = 0 } = standings.get("a")?.accuracy ?? {};
    const half = 1.96 * Math.sqrt((0.8 * 0.2) / 200);
    expect(Math.abs(0.8 - low - half)).toBeLessThan(0.01);
    expect(Math.abs(high - 0.8 - half)).toBeLessThan(0.01);
  });

  it("is not certain of what was always right", () => {
    const { accuracy } = contest(new Map([["a", [rightOn(200), rightOn(200)]]])).standings.get("a") ?? {};
    expect(accuracy?.high).toBeCloseTo(1, 12);
    // 1 / (1 + 1.96² / 200)
    expect(accuracy?.low).toBeCloseTo(0.98115, 4);
  });

  it("is less sure where seeds differ", () => {
    const width = (trainings: readonly Judgement[]) => {
      const { low = 0, high = 0 } = contest(new Map([["a", trainings]])).standings.get("a")?.accuracy ?? {};
      return high - low;
    };
    const alike = [rightOn(150), rightOn(150), rightOn(150)];
    expect(width([rightOn(110), rightOn(150), rightOn(190)])).toBeGreaterThan(1.5 * width(alike));
  });

  it("tells contestants apart that are wrong on the same examples, by few of them", () => {
    // b is right wherever a is, and on 6 more: in nearly every sample one of the 6 is drawn
    const { ahead } = contest(
      new Map([
        ["a", [rightOn(150)]],
        ["b", [rightOn(156)]],
      ]),
    );
    // none of the 6 is drawn in (1 − 6/200)^200 = 0.2% of samples, a tie then
    expect(ahead("b", "a")).toBeGreaterThan(0.99);
    expect(ahead("a", "b")).toBeCloseTo(1 - ahead("b", "a"), 12);
  });

  it("does not where they are wrong on different ones", () => {
    const shifted: Judgement = {
      right: Uint8Array.from({ length: 200 }, (_, at) => (at >= 44 ? 1 : 0)),
      losses: new Float32Array(200),
    };
    const pair = new Map([
      ["a", [rightOn(150)]],
      ["b", [shifted]],
    ]);
    // 156 to 150, but 44 + 50 examples differ: √94 = 9.7 is one deviation of the gap of 6
    expect(contest(pair).ahead("b", "a")).toBeGreaterThan(0.65);
    expect(contest(pair).ahead("b", "a")).toBeLessThan(0.8);
  });

  it("tells by how much, and how far that would move", () => {
    const { lead } = contest(
      new Map([
        ["a", [rightOn(150)]],
        ["b", [rightOn(156)]],
      ]),
    );
    // how often the 6 are drawn is binomial: scipy.stats.binom(200, 6 / 200).ppf([0.025, 0.975]) is 2 and 11
    const { mean, low, high } = lead("b", "a");
    expect([mean, low, high]).toBeAllclose([6 / 200, 2 / 200, 11 / 200], { rtol: 1e-9 });
    const behind = lead("a", "b");
    expect([behind.mean, behind.low, behind.high]).toBeAllclose([-mean, -high, -low], { rtol: 1e-9 });
    expect(lead("a", "a")).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it("tells by how much with the same seeds of both", () => {
    const [a, b] = [
      [rightOn(100), rightOn(140)],
      [rightOn(110), rightOn(150)],
    ];
    const { lead, standings } = contest(
      new Map([
        ["a", a],
        ["b", b],
      ]),
    );
    const { low = 0, high = 0 } = standings.get("b")?.accuracy ?? {};
    const gap = lead("b", "a");
    expect(gap.mean).toBeCloseTo(0.05, 12);
    // 40 examples of one seed, or none of them: that is in both, and falls out of the gap
    expect(gap.high - gap.low).toBeLessThan(0.4 * (high - low));
  });

  it("counts a tie as half", () => {
    const same = new Map([
      ["a", [rightOn(100)]],
      ["b", [rightOn(100)]],
    ]);
    expect(contest(same).ahead("a", "b")).toBe(0.5);
  });
});

test.each([
  ["no training", [[]]],
  ["another number of trainings", [[rightOn(1)], [rightOn(1), rightOn(1)]]],
  ["other examples", [[rightOn(1)], [{ right: [1], losses: [1] }]]],
])("%s is refused", (_, trainings) => {
  const contestants = new Map(trainings.map((own, at) => [String(at), own]));
  expect(() => contest(contestants)).toThrow(expect.objectContaining({ code: "bad-option" }));
});

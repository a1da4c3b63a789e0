import { describe, expect, test } from "vitest";
import type { ComparisonReport } from "./data.ts";
import { html } from "./html.ts";
import { leadOver, verdict } from "./verdict.ts";

type Runs = readonly (readonly [accuracy: number, seconds: number])[];

const comparison = (strategies: Readonly<Record<string, Runs>>): ComparisonReport => ({
  ...{ title: "t", model: "m", classes: ["a", "b"], settings: [], versions: {} },
  examples: { train: 245, val: 153 },
  strategies: Object.entries(strategies).map(([name, runs]) => ({
    name,
    runs: runs.map(([accuracy, seconds], seed) => ({ seed, accuracy, seconds, loss: 1 - accuracy })),
  })),
});

const read = (report: ComparisonReport) => {
  const { headline, sentences } = verdict(report);
  return [headline, ...sentences].filter(Boolean).map((part) => html`${part}`.text.replace(/<\/?(bdi|b)>/g, ""));
};

describe("verdict", () => {
  test("takes the quicker of two that seeds cannot tell apart", () => {
    const told = read(
      comparison({
        head: [
          [0.96, 6],
          [0.97, 6],
          [0.98, 6],
        ],
        full: [
          [0.97, 48],
          [0.96, 48],
          [0.99, 48],
        ],
      }),
    );
    expect(told[0]).toBe("Take head: full is not measurably better, and takes 8 times as long.");
    expect(told[1]).toBe("It is right for 97.0% of the validation pictures, 94.5% to 99.5% with 95% confidence.");
    expect(told[2]).toContain("full is 0.3 points ahead of head (95% interval −2.5 to 3.2), in 48 s against 6.0 s.");
  });

  test("takes the better one, however slow, where the seeds agree", () => {
    const told = read(
      comparison({
        scratch: [
          [0.6, 90],
          [0.62, 90],
        ],
        full: [
          [0.95, 40],
          [0.97, 40],
        ],
      }),
    );
    expect(told[0]).toBe("Take full: nothing else comes as far.");
    expect(told.join(" ")).toContain("full is 35.0 points ahead of scratch (95% interval 35.0 to 35.0)");
  });

  test("of one seed says that nothing is sure, and takes the quickest", () => {
    const told = read(comparison({ head: [[0.9, 5]], full: [[0.95, 50]] }));
    expect(told[0]).toBe("Take head: full is not measurably better, and takes 10 times as long.");
    expect(told.join(" ")).toContain("One seed cannot tell how sure this is");
  });

  test("passes over runs with fewer pictures, and over strategies without a whole run", () => {
    const { strategies, ...rest } = comparison({ head: [[0.9, 5]] });
    const part = { seed: 0, share: 0.5, accuracy: 0.99, loss: 0, seconds: 1 };
    const { choice, summaries } = verdict({ ...rest, strategies: [{ name: "half", runs: [part] }, ...strategies] });
    expect(summaries.map(({ at, strategy }) => [at, strategy.name])).toEqual([[1, "head"]]);
    expect(choice?.accuracy.mean).toBe(0.9);
    expect(read({ ...rest, strategies: [] })).toEqual(["No strategy was measured."]);
  });
});

test("leadOver pairs runs by their seed, in any order", () => {
  const { summaries } = verdict(
    comparison({
      a: [
        [0.9, 1],
        [0.5, 1],
      ],
      b: [
        [0.8, 1],
        [0.4, 1],
      ],
    }),
  );
  const [a, b] = summaries;
  if (!a || !b) throw new Error("two summaries were expected");
  const lead = leadOver(a, { ...b, runs: [...b.runs].reverse() });
  expect([lead.mean, lead.interval?.low, lead.interval?.high]).toBeAllclose([0.1, 0.1, 0.1], { rtol: 1e-6 });
});

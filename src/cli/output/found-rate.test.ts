import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { FakeConsole } from "../../../test/cli-console.ts";
import type { FoundLearningRate } from "../../tasks/find-learning-rate.ts";
import { rateText } from "../../tasks/rate-axes.ts";
import { brailleLine } from "./braille.ts";
import { foundRateLines } from "./found-rate.ts";
import { Terminal } from "./terminal.ts";

/** Flat up to 1e-3, down to 1e-1, up from there. */
const losses = (at: number) => 2 - Math.min(1, Math.max(0, (at - 40) / 20)) + (at > 60 ? (at - 60) ** 2 / 300 : 0);

const found: FoundLearningRate = {
  points: Array.from({ length: 81 }, (_, at) => {
    const loss = losses(at);
    return { step: at + 1, learningRate: 1e-7 * 10 ** (at / 10), loss, smoothed: loss };
  }),
  stopped: "done",
  phase: "head",
  suggestion: 0.01,
  suggestions: { valley: 0.01, steepest: 0.005, minimum: 0.02 },
  usual: 0.003,
  optimizer: "adam",
  batch: 32,
  out: "lr.svg",
};

const lines = (given: Partial<FoundLearningRate> = {}, columns = 60) =>
  foundRateLines({ ...found, ...given }, "npx regraft train", new Terminal(new FakeConsole({ columns }).stdout))
    .map(stripVTControlCharacters)
    .join("\n");

describe("what a range test found", () => {
  it("is a curve over a log scale, the rates that it speaks for, and a command", () => {
    expect(lines()).toMatchInlineSnapshot(`
      "
        smoothed loss by learning rate · head · 81 updates, to the end · adam · batch 32

          2 ┤                                                 ⡎
            │⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠙⡄                     ⢸⠁
            │                          ⠈⢆                   ⢀⠇
            │                            ⢣                  ⡸
            │                             ⠱⡀               ⢰⠃
        1.5 ┤                              ⠘⡄             ⢀⡇
            │                               ⠈⠣⡀           ⡜
            │                                 ⠑⡄         ⡜
            │                                  ⠘⢄       ⡔⠁
            │                                   ⠈⢢    ⢠⠜
          1 ┤                                     ⠣⣀⡠⠞⠁
            │
            └┬─────┬──────┬─────┬─────┬─────┬─────┬──────┬─────┬
           1e-7  1e-6   1e-5  1e-4  0.001 0.01   0.1     1    10
                                            ▲

        ✓ 0.01 is suggested; train takes 0.003 by itself

          valley    0.01   half-way down the longest fall
          steepest  0.005  where the loss falls fastest
          minimum   0.02   a tenth of where the loss is lowest

        picture → lr.svg

        next
          npx regraft train"
    `);
  });

  it("fits into the terminal", () => {
    for (const columns of [40, 60, 80, 200]) {
      const curve = lines({}, columns).split("\n").slice(4, 18);
      expect(Math.max(...curve.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 84));
    }
  });

  it("says why there is no suggestion, and names no command", () => {
    const none = { suggestion: null, suggestions: null };
    expect(lines(none)).toContain("no suggestion: the loss did not fall at any rate");
    expect(lines({ ...none, points: found.points.slice(0, 4) })).toContain("begin lower (--min-lr)");
    expect(lines({ ...none, points: found.points.slice(0, 1) })).not.toMatch(/NaN|npx/);
  });
});

describe("a rate", () => {
  it.each([
    [0.010235310218990268, "0.01"],
    [0.0178, "0.018"],
    [1, "1"],
    [0.00099, "9.9e-4"],
    [9.326e-7, "9.3e-7"],
  ])("%f is typed %s", (rate, text) => {
    expect(rateText(rate)).toBe(text);
  });
});

describe("a line of dots", () => {
  it("has no gap, and leaves out what is outside", () => {
    const dots = [
      { x: 0, y: 0 },
      { x: 3, y: 7 },
      { x: 30, y: -4 },
    ];
    expect(brailleLine(dots, { width: 2, height: 2 })).toEqual(["⢣ ", " ⢣"]);
    expect(brailleLine([{ x: 1, y: 2 }], { width: 2, height: 1 })).toEqual(["⠠ "]);
  });
});

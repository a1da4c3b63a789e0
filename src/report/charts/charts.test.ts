import { beforeAll, describe, expect, test } from "vitest";
import { elementsOf } from "../../../test/markup.ts";
import type { HistoryPoint } from "../data.ts";
import { type Drawer, loadDrawer } from "./drawer.ts";
import { historyChart } from "./history-chart.ts";
import { learningCurve } from "./learning-curve.ts";
import { reliabilityChart } from "./reliability-chart.ts";
import { strategyHistoryChart } from "./strategy-history-chart.ts";

const loss = { name: "loss", valName: "valLoss", title: "Loss", isShare: false };
const accuracy = { name: "accuracy", valName: "valAccuracy", title: "Accuracy", isShare: true };
const point = (epoch: number, readings: HistoryPoint["readings"]): HistoryPoint => ({ phase: "head", epoch, readings });

let drawer: Drawer;
beforeAll(async () => {
  drawer = await loadDrawer();
});

/** What an SVG holds. */
function read(markup: string) {
  const [svg] = elementsOf(markup, "svg");
  const texts = (selector: string) => elementsOf(markup, selector).map(({ textContent }) => textContent);
  return {
    label: svg?.getAttribute("aria-label"),
    role: svg?.getAttribute("role"),
    texts: texts("text"),
    titles: texts("title"),
    circles: elementsOf(markup, "circle").length,
  };
}

describe("historyChart", () => {
  const history = [
    point(1, { loss: 0.9, valLoss: 0.8, accuracy: 0.5, valAccuracy: 0.6 }),
    point(2, { loss: null, valLoss: 0.4, accuracy: 0.7, valAccuracy: 0.9 }),
  ];

  test("says in words what it shows, and names its points", () => {
    const { label, role, texts, titles } = read(
      historyChart(drawer, { history, reading: loss, kept: 2, unfrozen: 2 }).text,
    );
    expect(role).toBe("img");
    expect(label).toBe(
      "Line chart of loss by epoch: validation from 0.8000 to 0.4000, training from 0.9000 to 0.9000. " +
        "The base is trained too from epoch 2 on. Epoch 2 was kept.",
    );
    expect(texts).toContain("base unfrozen");
    expect(titles).toEqual([
      "epoch 1: training loss 0.9000",
      "epoch 1: validation loss 0.8000",
      "epoch 2: validation loss 0.4000",
    ]);
  });

  test("begins shares below the lowest and ends at 100%, losses begin at 0", () => {
    const shares = read(historyChart(drawer, { history, reading: accuracy }).text).texts;
    expect([shares.includes("50%"), shares.includes("100%"), shares.includes("0%")]).toEqual([true, true, false]);
    expect(read(historyChart(drawer, { history, reading: loss }).text).texts).toContain("0.0");
  });

  test("names whole epochs only, and few of many", () => {
    const long = Array.from({ length: 60 }, (_, at) => point(at + 1, { valLoss: 1 / (at + 1) }));
    const { texts } = read(historyChart(drawer, { history: long, reading: loss }).text);
    expect(texts.filter((text) => /^\d+$/.test(text))).toEqual(["1", "10", "20", "30", "40", "50", "60"]);
  });

  test("names the last epoch, and none that would stand too near", () => {
    const of = (length: number) => Array.from({ length }, (_, at) => point(at + 1, { valLoss: 1 }));
    const named = (length: number) =>
      read(historyChart(drawer, { history: of(length), reading: loss }).text).texts.filter((text) =>
        /^\d+$/.test(text),
      );
    expect(named(15).slice(-2)).toEqual(["14", "15"]);
    expect(named(51).slice(-2)).toEqual(["40", "51"]);
  });

  test("draws one epoch alone", () => {
    const { circles, texts } = read(
      historyChart(drawer, { history: history.slice(0, 1), reading: loss, kept: 1 }).text,
    );
    expect(circles).toBe(3);
    expect(texts).toContain("1");
  });
});

describe("strategyHistoryChart", () => {
  const tuned = (epoch: number, readings: HistoryPoint["readings"]): HistoryPoint => ({
    ...{ phase: "tune", epoch, readings },
  });
  const estimate = { mean: 0.9, low: 0.8, high: 1 };
  const curve = (at: number, ...histories: (readonly HistoryPoint[])[]) => ({
    ...{ at, histories },
    strategy: { name: "full", accuracy: estimate, loss: estimate, behind: estimate, seconds: 1, runs: [] },
  });
  const run = [point(1, { valLoss: 0.4, valAccuracy: 0.3 }), point(2, { valLoss: 0.5, valAccuracy: 0.8 })];
  const spiked = [...run, tuned(3, { valLoss: 9, valAccuracy: 0.9 })];
  const chart = (options: Parameters<typeof strategyHistoryChart>[1]) =>
    read(strategyHistoryChart(drawer, options).text).texts;

  test("marks where the base is unfrozen, where all runs of a strategy agree", () => {
    expect(chart({ curves: [curve(0, spiked, spiked)], reading: loss })).toContain("base unfrozen");
    expect(chart({ curves: [curve(0, spiked, run)], reading: loss })).not.toContain("base unfrozen");
  });

  test("shows a loss with a spike by ratios, any other from 0", () => {
    expect(chart({ curves: [curve(0, spiked)], reading: loss })).toEqual(expect.arrayContaining(["0.2", "10"]));
    expect(chart({ curves: [curve(0, run)], reading: loss })).toContain("0.0");
  });

  test("has a line for guessing where the axis goes as low", () => {
    expect(chart({ curves: [curve(0, run)], reading: accuracy, chance: 0.2 })).toContain("guessing");
    expect(chart({ curves: [curve(0, run)], reading: accuracy, chance: 0.1 })).not.toContain("guessing");
  });
});

test("reliabilityChart draws the bins that hold something, the fuller the larger", () => {
  const bin = (from: number, count: number, right: number) => ({
    ...{ from, to: from + 0.1, count, confidence: from + 0.05, accuracy: right },
  });
  const markup = reliabilityChart(drawer, {
    error: 0.04,
    bins: [bin(0.5, 1, 0), bin(0.7, 0, 0), bin(0.9, 100, 1)],
  }).text;
  const { titles, label } = read(markup);
  expect(titles).toEqual(["1 answer: 55.0% sure, 0.0% right", "100 answers: 95.0% sure, 100.0% right"]);
  expect(label).toContain("4.0% apart on average");
  const radii = [...markup.matchAll(/ r="([\d.]+)"/g)].map(([, radius]) => Number(radius));
  expect(radii).toEqual([3.8, 11]);
});

test("learningCurve tells every mean", () => {
  const points = [25, 100].map((pictures, at) => ({
    pictures,
    accuracy: { mean: 0.55 + at / 4, low: 0.5 + at / 4, high: 0.6 + at / 4 },
  }));
  const { label, texts } = read(learningCurve(drawer, [{ at: 0, name: "head", points }]).text);
  expect(label).toBe("Accuracy by number of training pictures: head 55.0% with 25, 80.0% with 100.");
  expect(texts).toEqual(expect.arrayContaining(["25", "100", "training pictures"]));
});

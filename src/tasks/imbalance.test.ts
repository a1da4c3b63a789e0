import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnPictures, drawnTrainVal, writeTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import type { TrainVal } from "../data/dataset.ts";
import { subset } from "../data/subset.ts";
import { passes } from "../evaluation/scores.ts";
import { decodeModel } from "../onnx/decode.ts";
import { loadBase } from "./base-model.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { fineTune } from "./fine-tune.ts";
import { predictRun } from "./predict-run.ts";
import { type FineTuneOptions, lightAugmentation } from "./recipe.ts";
import { trainRun } from "./train-run.ts";
import { loadTrained } from "./trained-model.ts";

const host = testHost();
const { store } = host;
await writeTinyModel(store, "/models/tiny");
await writeTrainVal(store, "/data", { classes: 2, perClass: 10 });
const base = await loadBase("/models/tiny", {}, host);
const two = drawnTrainVal({ classes: 2, perClass: 12 });
const five = drawnTrainVal({ classes: 5, perClass: 4 });
/** Twelve pictures of the first class, two of the second. */
const unequal: TrainVal = { ...two, train: subset(two.train, [...Array(14).keys()]) };

const quick = { headEpochs: 3, tuneEpochs: 0, headLearningRate: 0.05, batch: 8, dropout: 0 } as const;
const tune = (options: FineTuneOptions, data: TrainVal = unequal) =>
  fineTune(base, data, { ...quick, ...options }, host);

/** How sure the model is of the second class, the mean over validation pictures. */
async function meanScore(options: FineTuneOptions): Promise<number> {
  const { model } = await tune(options);
  const all = await Promise.all(Array.from({ length: two.val.size }, (_, index) => two.val.load(index)));
  const found = await model.predict(all, { top: 2 });
  const scores = found.map(({ top }) => top.find(({ label }) => label === two.val.classes[1])?.score ?? 0);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

describe("a rare class", () => {
  test("is said more often where it weighs more, or comes more often", async () => {
    const plain = await meanScore({});
    const [second = ""] = two.val.classes.slice(1);
    expect(await meanScore({ classWeights: "balanced" })).toBeGreaterThan(plain + 0.05);
    expect(await meanScore({ classWeights: { [second]: 6 } })).toBeGreaterThan(plain + 0.05);
    expect(await meanScore({ sampling: "balanced" })).toBeGreaterThan(plain + 0.05);
  });

  test("weights of 1 change nothing", async () => {
    const [first = "", second = ""] = two.val.classes;
    const [plain, weighed] = [await tune({}), await tune({ classWeights: { [first]: 1, [second]: 1 } })];
    expect(weighed.model.history.map(({ valLoss }) => valLoss ?? 0)).toBeAllclose(
      plain.model.history.map(({ valLoss }) => valLoss ?? 0),
    );
  });

  test("balanced epochs are repeatable, with pictures that are varied too, and as long as plain ones", async () => {
    const losses = async () => {
      const { model } = await tune({ sampling: "balanced", augment: lightAugmentation, headEpochs: 2 });
      return model.history.map(({ loss, examples }) => [loss, examples]);
    };
    const found = await losses();
    expect(found.map(([, examples]) => examples)).toEqual([14, 14]);
    expect(await losses()).toEqual(found);
  });
});

describe("the metric", () => {
  test("chooses the best epoch, and is told beside the loss", async () => {
    const { model, best, phases } = await tune({ metric: "macroF1", headEpochs: 5 });
    const values = model.history.map(({ valMetrics }) => valMetrics?.macroF1 ?? Number.NaN);
    expect(best?.valMetrics?.macroF1).toBe(Math.max(...values));
    expect(best?.epoch).toBe(values.indexOf(Math.max(...values)) + 1);
    expect(phases[0]?.best).toEqual({ metric: "macroF1", value: Math.max(...values) });
    // It is no mean over examples: of the training data, seen while the weights moved, it is not told.
    expect(model.history.map(({ metrics }) => Object.keys(metrics))).toEqual(Array(5).fill(["accuracy"]));
  });

  test("that falls where it is better is the lowest", async () => {
    const { model, best } = await tune({ metric: "brierScore", headEpochs: 4, headLearningRate: 0.5 });
    const values = model.history.map(({ valMetrics }) => valMetrics?.brierScore ?? Number.NaN);
    expect(best?.valMetrics?.brierScore).toBe(Math.min(...values));
  });

  test("that no logits are left to measure by ends as a loss that is no number", async () => {
    const lost = tune({ metric: "rocAuc", headLearningRate: 1e38, batch: 64 });
    await expect(lost).rejects.toMatchObject({ code: "nan-loss" });
  });

  test("is what patience watches", async () => {
    const { phases, stopped, model } = await tune({ metric: "rocAuc", headEpochs: 40, patience: 2 });
    const values = model.history.map(({ valMetrics }) => valMetrics?.rocAuc ?? Number.NaN);
    expect([stopped, phases[0]?.epochs]).toEqual(["early-stopping", values.indexOf(Math.max(...values)) + 3]);
  });
});

describe("a threshold", () => {
  test("that is chosen goes with the model: evaluate, predict and what the run reports agree", async () => {
    const options = { model: "/models/tiny", data: "/data", out: "/runs/f1", ...quick, headEpochs: 1 };
    const result = await trainRun({ ...options, threshold: "f1" }, host);
    const threshold = result.threshold ?? 0;
    expect(threshold).toBeGreaterThan(0);
    const config: unknown = JSON.parse(await store.readText("/runs/f1/model/config.json"));
    expect(config).toMatchObject({ regraft: { threshold } });
    const measured = await evaluateRun({ run: "/runs/f1", data: "/data/val" }, host);
    expect([measured.accuracy, measured.evaluation.threshold]).toEqual([result.valAccuracy, threshold]);
    expect(measured.evaluation.measures.accuracy).toBe(result.valAccuracy);
    const plain = await trainRun({ ...options, out: "/runs/plain" }, host);
    expect(plain.threshold).toBeUndefined();
    // The graph knows nothing of it.
    const graphs = await Promise.all(
      ["f1", "plain"].map(async (run) => decodeModel(await store.read(`/runs/${run}/model/onnx/model.onnx`)).graph),
    );
    expect(graphs[0]).toEqual(graphs[1]);
  });

  test("as a number decides between the labels, the chosen one first", async () => {
    const options = { model: "/models/tiny", data: "/data", out: "/runs/low", ...quick, headEpochs: 6 };
    const { classes } = await trainRun({ ...options, threshold: 0.01 }, host);
    const [second = ""] = classes.slice(1);
    const model = await loadTrained("/runs/low", {}, host);
    const pictures = drawnPictures({ classes: 2, perClass: 3, seed: 4 });
    const found = await model.predict(await Promise.all([0, 1, 2, 3, 4, 5].map((index) => pictures.load(index))));
    await model.close();
    for (const { label, score, top, logits } of found) {
      expect(passes(logits, "softmax", 0.01)).toBe(label === second);
      expect(top[0]).toEqual({ label, score });
      expect(new Set(top.map((row) => row.label)).size).toBe(2);
    }
    expect(found.some(({ score }) => score < 0.5)).toBe(true);
    const images = ["/data/val/crescent/0.png", "/data/val/flower/0.png"];
    for await (const one of predictRun({ run: "/runs/low", images }, host)) {
      expect("label" in one && one.label).toBe(second);
    }
  });

  test("does not outlive the weights that it was chosen for", async () => {
    const { model } = await tune({ threshold: "youden", headEpochs: 1 });
    expect(model.threshold).toBeGreaterThan(0);
    await model.fit(unequal.train, { epochs: 1 });
    expect(model.threshold).toBeUndefined();
  });
});

test.each([
  ["weights of a class that is not there", { classWeights: { crescen: 2 } }, /"crescen", which is no class/],
  ["a weight of nothing", { classWeights: { crescent: 0 } }, /The weight of "crescent" must be a number above 0/],
  ["weights that are a word", { classWeights: "equal" as "balanced" }, /"balanced" or numbers by class, not equal/],
  ["a sampling that is not there", { sampling: "even" as "balanced" }, /There is no sampling "even"/],
  ["a measure that is not there", { metric: "f2" as "macroF1" }, /There is no metric "f2"/],
  ["a measure of other data", { metric: "r2" }, /"r2" cannot be measured on these validation data/],
  ["a threshold out of range", { threshold: 1.5 }, /threshold must be a number above 0 below 1/],
  ["a threshold for nothing", { threshold: "recall" as "f1" }, /There is no threshold "recall"/],
  ["a threshold without probabilities", { threshold: 0.4, loss: "meanSquaredError" }, /with probabilities/],
] as const)("%s is refused before anything is trained", async (_, options, message) => {
  const onEvent = () => {
    throw new Error("something began");
  };
  await expect(tune({ ...options, onEvent })).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringMatching(message),
  });
});

test("a threshold is for two classes", async () => {
  await expect(tune({ threshold: "f1" }, five)).rejects.toMatchObject({
    message: "A threshold is for two classes alone; here there are 5.",
  });
});

test("several labels an example have neither class weights nor balanced epochs", async () => {
  const targets = (index: number) => [index % 2, 1];
  const data = { train: { ...two.train, targets }, val: { ...two.val, targets } };
  for (const options of [{ classWeights: "balanced" }, { sampling: "balanced" }, { threshold: 0.5 }] as const) {
    await expect(tune({ ...options, loss: "binaryCrossEntropy" }, data)).rejects.toMatchObject({ code: "bad-option" });
  }
});

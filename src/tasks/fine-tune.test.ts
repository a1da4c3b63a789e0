import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { counted, drawnTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { changedWeights } from "../../test/fixtures/weights.ts";
import { sizeOf } from "../base/shape.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import type { EpochRecord } from "../training/epoch-record.ts";
import { loadBase } from "./base-model.ts";
import { fineTune } from "./fine-tune.ts";
import { type FineTuneOptions, headLayers, lightAugmentation, loraLearningRate, recipeDefaults } from "./recipe.ts";
import type { RunEvent } from "./run-events.ts";

const host = testHost();
await writeTinyModel(host.store, "/models/tiny");
const base = await loadBase("/models/tiny", {}, host);
const two = drawnTrainVal({ classes: 2, perClass: 8 });
const five = drawnTrainVal({ classes: 5, perClass: 4 });

const quick = { headEpochs: 2, tuneEpochs: 2, headLearningRate: 0.1, tuneLearningRate: 1e-3, batch: 8 } as const;
const tune = (options: FineTuneOptions = {}, data = two) => fineTune(base, data, { ...quick, ...options }, host);

/** Numbers of the head's last layer: [units, inputs]. */
function lastWeight({ model }: Awaited<ReturnType<typeof tune>>): readonly number[] {
  const names = [...model.graph.initializers.keys()].filter((name) => /^head\..*\.weight$/.test(name));
  return model.graph.initializers.get(names.at(-1) ?? "")?.shape ?? [];
}

describe("the recipe", () => {
  test("is two phases with one continuous history", async () => {
    const events: RunEvent[] = [];
    const { model, phases, stopped } = await tune({ headEpochs: 3, onEvent: (event) => events.push(event) });
    expect(model.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(phases.map(({ name, epochs }) => [name, epochs])).toEqual([
      ["head", 3],
      ["tune", 2],
    ]);
    expect(stopped).toBe("done");
    expect(events.flatMap((event) => (event.type === "phase" ? [event] : []))).toEqual([
      { type: "phase", name: "head", epochs: 3, learningRate: 0.1, cached: true, trainable: 33, frozen: 3560 },
      { type: "phase", name: "tune", epochs: 2, learningRate: 1e-3, cached: false, trainable: 3593, frozen: 0 },
    ]);
    expect(model.history.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.1, 0.1, 1e-3, 1e-3]);
    const features = events.flatMap((event) =>
      event.type === "features" ? [[event.phase, event.split, event.done]] : [],
    );
    expect(features).toEqual([
      ["head", "train", 16],
      ["head", "val", 8],
    ]);
  });

  test("with lora, tunes adapters and the head; the base's own numbers stay", async () => {
    const events: RunEvent[] = [];
    const { model } = await tune({ lora: 2, onEvent: (event) => events.push(event) });
    const own = new Set(base.graph.initializers.keys());
    // 2 · (inputs + outputs) of five pointwise convolutions: 40 + 44 + 60 + 60 + 44.
    expect(events.flatMap((event) => (event.type === "phase" ? [event] : []))).toMatchObject([
      { name: "head", trainable: 33, frozen: 3560 },
      { name: "tune", learningRate: 1e-3, trainable: 33 + 2 * 248, frozen: 3560 },
    ]);
    const merged = changedWeights(base.graph, model.finished().graph);
    expect(changedWeights(base.graph, model.graph)).toEqual([]);
    expect(merged.filter((name) => own.has(name))).toEqual(model.lora?.lora.adapters.map(({ weight }) => weight));
  });

  test("with lora, a tune phase that is worse throughout leaves adapters that do nothing", async () => {
    const { model, best } = await tune({ headEpochs: 3, lora: 2, tuneLearningRate: 50 });
    expect(best?.epoch).toBeLessThanOrEqual(3);
    for (const { B } of model.lora?.lora.adapters ?? []) {
      expect(model.graph.initializers.get(B)?.data.some((number) => Number(number) !== 0)).toBe(false);
    }
    const { loss } = await model.evaluate(two.val);
    expect(loss).toBeAllclose(best?.valLoss ?? Number.NaN, { rtol: 1e-5 });
  });

  test("with lora, the learning rate of tuning is another one by default", () => {
    expect(recipeDefaults({}).tuneLearningRate).toBe(1e-5);
    expect(recipeDefaults({ lora: 8 }).tuneLearningRate).toBe(loraLearningRate);
  });

  test("a phase's numbers are those of its best epoch", async () => {
    const { model, phases } = await tune({ headEpochs: 3 });
    for (const [at, epochs] of [model.history.slice(0, 3), model.history.slice(3)].entries()) {
      const [best] = [...epochs].sort((a, b) => (a.valLoss ?? 0) - (b.valLoss ?? 0));
      expect(phases[at]).toMatchObject({ valLoss: best?.valLoss, valAccuracy: best?.valMetrics?.accuracy });
    }
  });

  test("keeps the best epoch's weights over both phases", async () => {
    // Tuning at this rate makes everything worse: the head phase's best comes back, the base's weights with it.
    const { model, best } = await tune({ headEpochs: 3, tuneLearningRate: 0.5 });
    const losses = model.history.map(({ valLoss = Number.NaN }) => valLoss);
    expect(best?.valLoss).toBe(Math.min(...losses));
    expect(best?.epoch).toBeLessThanOrEqual(3);
    expect((await model.evaluate(two.val)).loss).toBeAllclose(best?.valLoss ?? Number.NaN, { rtol: 1e-4, atol: 1e-6 });
    const moved = changedWeights(base.graph, model.graph);
    expect(moved).toEqual([]);
  });

  test("keeps what tuning won, where it won", async () => {
    const { model, best } = await tune({
      headEpochs: 1,
      headLearningRate: 1e-3,
      tuneLearningRate: 0.01,
      tuneEpochs: 6,
    });
    expect(best?.epoch).toBeGreaterThan(1);
    expect(changedWeights(base.graph, model.graph)).toContain("features.0.0.weight");
    expect((await model.evaluate(two.val)).loss).toBeAllclose(best?.valLoss ?? Number.NaN, { rtol: 1e-4, atol: 1e-6 });
  });

  test.each([
    ["no head epochs", { headEpochs: 0 }, ["tune"]],
    ["no tune epochs", { tuneEpochs: 0 }, ["head"]],
    ['unfreeze "none"', { unfreeze: "none" }, ["head"]],
  ] as const)("with %s has one phase", async (_, options, names) => {
    const { phases, model } = await tune(options);
    expect(phases.map(({ name }) => name)).toEqual(names);
    expect(model.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  test("unfreezes as told: the last layers alone move, on cached features", async () => {
    const [train, val] = [counted(two.train), counted(two.val)];
    const { model } = await tune(
      { headEpochs: 0, unfreeze: { lastLayers: 2 }, tuneLearningRate: 0.01 },
      { train: train.dataset, val: val.dataset },
    );
    const moved = changedWeights(base.graph, model.graph);
    expect([...moved].sort()).toEqual(["features.3.0.weight", "features.3.1.bias", "features.3.1.weight"]);
    expect(new Set([...train.reads, ...val.reads])).toEqual(new Set([1]));
  });

  test("with augmentation reads the pictures anew in every epoch", async () => {
    const { dataset, reads } = counted(two.train);
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const { model } = await tune({ augment: lightAugmentation, onEvent }, { train: dataset, val: two.val });
    expect(new Set(reads)).toEqual(new Set([4]));
    expect(model.history.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(events.flatMap((event) => (event.type === "phase" ? [event.cached] : []))).toEqual([false, false]);
  });

  test("batchNorm: training lets the statistics of what is tuned follow the batches", async () => {
    const { model } = await tune({ batchNorm: "training", unfreeze: { lastLayers: 2 } });
    const frozen = await tune({ unfreeze: { lastLayers: 2 } });
    const running = (graph: Graph) => changedWeights(base.graph, graph).filter((name) => name.includes("running"));
    expect(running(frozen.model.graph)).toEqual([]);
    expect(running(model.graph)).toEqual(["features.3.1.running_mean", "features.3.1.running_var"]);
    const heads = (history: readonly EpochRecord[]) => history.slice(0, quick.headEpochs).map(({ loss }) => loss);
    expect(heads(model.history)).toEqual(heads(frozen.model.history));
  });

  test("batchNorm: training is refused where no BatchNormalization would be trained", async () => {
    const wanted = { batchNorm: "training" } as const;
    await expect(tune({ ...wanted, unfreeze: "none" })).rejects.toThrow(
      "No BatchNormalization of the model is unfrozen",
    );
    await writeTinyModel(host.store, "/models/merged", { file: "mobilenet.folded.onnx" });
    const merged = await loadBase("/models/merged", {}, host);
    await expect(fineTune(merged, two, { ...quick, ...wanted }, host)).rejects.toThrow(
      "merged it into the convolutions",
    );
  });

  test("batchNorm: training is refused at once where a picture is left over whose values have no variance", async () => {
    const g = graphBuilder();
    const X = g.input("input", "float32", ["N", 3, 32, 32]);
    const of = (...shape: readonly number[]) => g.constant(floats(new Float32Array(sizeOf(shape)).fill(0.01), shape));
    const pixel = g.BatchNormalization(g.Conv(X, of(32, 3, 32, 32)), of(32), of(32), of(32), of(32));
    const graph = g.build([g.named("logits", g.Gemm(g.Flatten(g.Relu(pixel)), of(32, 5)))]);
    await writeTinyModel(host.store, "/models/pixel", { graph });
    const pixels = await loadBase("/models/pixel", {}, host);
    let events = 0;
    const onEvent = () => events++;
    const options = { ...quick, batchNorm: "training", batch: 5, onEvent } as const;
    await expect(fineTune(pixels, two, options, host)).rejects.toMatchObject({ code: "batch-too-small" });
    expect(events).toBe(0);
    expect((await fineTune(pixels, two, { ...options, batch: 6 }, host)).stopped).toBe("done");
  });

  test("patience ends a phase early, and the next one begins", async () => {
    const { phases, stopped } = await tune({ headEpochs: 30, headLearningRate: 3, patience: 2, tuneEpochs: 1 });
    expect(phases[0]?.epochs).toBeLessThan(30);
    expect(phases.map(({ name }) => name)).toEqual(["head", "tune"]);
    expect(stopped).toBe("done");
  });

  test.each(["sgd", "adamw", "rmsprop"] as const)("trains with %s", async (optimizer) => {
    const { model } = await tune({ optimizer, headLearningRate: 0.05, headEpochs: 6, tuneEpochs: 0, dropout: 0 });
    const losses = model.history.map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  });

  test("accumulates gradients over batches: two of four are one of eight", async () => {
    const options = { tuneEpochs: 0, dropout: 0, headEpochs: 3 };
    const [whole, halves] = [await tune({ ...options, batch: 8 }), await tune({ ...options, batch: 4, accumulate: 2 })];
    const losses = (done: typeof whole) => done.model.history.map(({ valLoss = Number.NaN }) => valLoss);
    expect(losses(halves)).toBeAllclose(losses(whole), { rtol: 1e-4 });
  });
});

describe("the head", () => {
  test("is a single logit for two classes, which is saved as [0, z]", async () => {
    const done = await tune({ tuneEpochs: 0 });
    expect(lastWeight(done)).toEqual([1, 32]);
    const { graph, labels, loss } = done.model.finished();
    expect(graph.outputs[0]).toMatchObject({ name: "logits", shape: ["N", 2] });
    expect([labels, loss.name]).toEqual([["crescent", "flower"], "softmaxCrossEntropy"]);
    const [prediction] = await done.model.predict([await two.val.load(0)]);
    expect(prediction?.logits[0]).toBe(0);
  });

  test("is one logit per class for more", async () => {
    const done = await tune({ tuneEpochs: 0 }, five);
    expect(lastWeight(done)).toEqual([5, 32]);
    expect(done.model.finished().loss.name).toBe("softmaxCrossEntropy");
  });

  test.each([
    ["softmaxCrossEntropy", 2],
    ["meanSquaredError", 2],
    ["binaryCrossEntropy", 1],
  ] as const)("under %s has %d units for two classes", async (loss, units) => {
    expect(lastWeight(await tune({ tuneEpochs: 0, headEpochs: 1, loss }))).toEqual([units, 32]);
  });

  test("has one unit per label where several labels hold at once, also for two", async () => {
    const labelled = (data: typeof two.train) => ({ ...data, targets: (at: number) => [data.label(at), 1] });
    const data = { train: labelled(two.train), val: labelled(two.val) };
    const done = await tune({ tuneEpochs: 1, loss: "binaryCrossEntropy" }, data);
    expect(lastWeight(done)).toEqual([2, 32]);
    expect(done.model.finished().loss.activation).toBe("sigmoid");
    expect(done.best?.valMetrics?.accuracy).toBeGreaterThanOrEqual(0.5);
  });

  test("has hidden layers and dropout where asked for", async () => {
    const done = await tune({ hidden: [12, 6], dropout: 0.3, headEpochs: 1, tuneEpochs: 1 }, five);
    const { initializers, nodes } = done.model.graph;
    const shapes = [...initializers].filter(([name]) => name.startsWith("head.")).map(([, { shape }]) => shape);
    expect(shapes.filter(({ length }) => length > 0)).toEqual([[12, 32], [12], [6, 12], [6], [5, 6], [5]]);
    const head = nodes.slice(nodes.findIndex(({ op }) => op === "Dropout")).map(({ op }) => op);
    expect(head.join(" ")).toBe("Dropout Gemm Relu Dropout Gemm Relu Dropout Gemm");
  });

  test("headLayers leaves out dropout of nothing", () => {
    expect(headLayers({ hidden: [], dropout: 0, units: 3 }).map(({ kind }) => kind)).toEqual(["dense"]);
    expect(headLayers({ hidden: [4], dropout: 0, units: 3 }).map(({ kind }) => kind)).toEqual([
      "dense",
      "relu",
      "dense",
    ]);
  });

  test("labelSmoothing reaches the loss", async () => {
    const { model } = await tune({ labelSmoothing: 0.1, tuneEpochs: 0, headEpochs: 1 });
    expect(model.finished().loss.labelSmoothing).toBe(0.1);
  });
});

describe("repeatability", () => {
  const trained = async (seed: number, threads = 1) => {
    const { model } = await tune({
      seed,
      threads,
      dropout: 0.5,
      hidden: [8],
      augment: lightAugmentation,
      headEpochs: 1,
    });
    return { weights: model.graph, history: model.history.map(({ seconds, ...numbers }) => numbers) };
  };

  test("the same seed and threads give the same history and weights, to the last bit", async () => {
    const [once, again] = [await trained(5), await trained(5)];
    expect(again.history).toEqual(once.history);
    expect(changedWeights(once.weights, again.weights)).toEqual([]);
  });

  test("so it is with two threads", async () => {
    const [once, again] = [await trained(5, 2), await trained(5, 2)];
    expect(again.history).toEqual(once.history);
    expect(changedWeights(once.weights, again.weights)).toEqual([]);
  });

  test("another seed gives others", async () => {
    const [once, other] = [await trained(5), await trained(6)];
    expect(other.history).not.toEqual(once.history);
    expect(changedWeights(once.weights, other.weights)).toContain("head.1.weight");
  });
});

describe("when it goes wrong", () => {
  test("a loss that is not a number in the first epoch leaves nothing to keep", async () => {
    await expect(tune({ optimizer: "sgd", loss: "meanSquaredError", headLearningRate: 1e38 })).rejects.toMatchObject({
      code: "nan-loss",
      hint: expect.stringContaining("--head-lr"),
    });
  });

  test("a loss that is not a number later keeps the best epoch before it", async () => {
    const { model, best, stopped, phases } = await tune({
      optimizer: "sgd",
      headLearningRate: 0.01,
      tuneLearningRate: 1e38,
    });
    expect(stopped).toBe("nan-loss");
    expect(best?.epoch).toBe(2);
    expect(phases[0]?.name).toBe("head");
    const { loss } = await model.evaluate(two.val);
    expect(loss).toBeAllclose(best?.valLoss ?? Number.NaN, { rtol: 1e-4, atol: 1e-6 });
  });

  test("an interruption keeps the best epoch so far and starts no further phase", async () => {
    const signal = { aborted: false };
    const onEvent = (event: RunEvent) => {
      if (event.type === "training" && event.event.type === "step" && event.event.epoch === 3) signal.aborted = true;
    };
    const { stopped, best, phases, model } = await tune({ headEpochs: 5, signal, onEvent });
    expect(stopped).toBe("interrupted");
    expect(best?.epoch).toBeLessThanOrEqual(2);
    expect(phases.map(({ name, epochs }) => [name, epochs])).toEqual([["head", 2]]);
    expect((await model.evaluate(two.val)).loss).toBeAllclose(best?.valLoss ?? Number.NaN, { rtol: 1e-4, atol: 1e-6 });
  });

  test("an interruption before the first epoch is over leaves nothing to keep", async () => {
    await expect(tune({ signal: { aborted: true } })).rejects.toMatchObject({ code: "interrupted" });
  });

  test("an interruption while features are made stops them", async () => {
    const many = drawnTrainVal({ classes: 2, perClass: 60 });
    const { dataset, reads } = counted(many.train);
    const signal = { aborted: false };
    const onEvent = (event: RunEvent) => {
      if (event.type === "features") signal.aborted = true;
    };
    const work = tune({ signal, onEvent }, { train: dataset, val: many.val });
    await expect(work).rejects.toMatchObject({ code: "interrupted" });
    expect(reads.filter((count) => count === 0).length).toBeGreaterThan(0);
  });

  test.each([
    [{ epoch: 3 }, 'fineTune has no option "epoch".'],
    [{ headEpochs: 0, tuneEpochs: 0 }, "Nothing would be trained"],
    [{ headEpochs: 0, unfreeze: "none" }, "Nothing would be trained"],
    [{ headEpochs: -1 }, "headEpochs must be a whole number from 0, not -1."],
    [{ batch: 0 }, "batch must be a whole number from 1, not 0."],
    [{ dropout: 1 }, "dropout must be a number from 0 below 1, not 1."],
    [{ headLearningRate: 0 }, "headLearningRate must be a number above 0, not 0."],
    [{ tuneEpochs: 1.5 }, "tuneEpochs must be a whole number from 0, not 1.5."],
    [{ tuneLearningRate: -1 }, "tuneLearningRate must be a number above 0, not -1."],
    [{ unfreeze: JSON.parse('"last 2"') }, 'unfreeze cannot be "last 2".'],
    [{ cache: JSON.parse('{ "memoryByte": 5 }') }, 'cache has no option "memoryByte".'],
    [{ batchNorm: JSON.parse('"eval"') }, 'There is no batchNorm "eval".'],
    [{ patience: 0 }, "patience must be a whole number from 1, not 0."],
    [{ lora: 0 }, "lora must be a whole number from 1, not 0."],
    [{ lora: 2, loraAlpha: 0 }, "loraAlpha must be a number above 0, not 0."],
    [{ lora: 2, tuneEpochs: 0 }, "Adapters would never be trained"],
    [{ lora: 2, unfreeze: "none" }, "Adapters would never be trained"],
    [
      { loraTargets: ["features.3.0"] },
      "An alpha or targets of adapters are given (loraAlpha, loraTargets), but no rank.",
    ],
    [{ lora: 2, loraTargets: ["nowhere"] }, 'No layer to adapt is called "nowhere".'],
    [{ unfreeze: { from: "nowhere" } }, 'The graph has no node "nowhere"'],
  ] as const)("refuses %o", async (options, message) => {
    await expect(tune({ ...quick, headEpochs: 1, ...options })).rejects.toThrow(message);
  });
});

import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { counted, drawnPictures, drawnTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { changedWeights } from "../../test/fixtures/weights.ts";
import type { BatchNormMode } from "../program/batch-statistics.ts";
import { binaryCrossEntropy, type LossName, meanSquaredError, softmaxCrossEntropy } from "../program/losses.ts";
import { adam } from "../program/optimizers.ts";
import { cosine } from "../program/schedules.ts";
import { dense, dropout, type Layer, relu } from "../rewrite/layers.ts";
import type { Unfreeze } from "../rewrite/trainable.ts";
import type { Tensors } from "../runtime/runtime.ts";
import { bestWeights } from "../training/callbacks/best-weights.ts";
import type { Callback } from "../training/events.ts";
import { type LoadOptions, loadBase } from "./base-model.ts";
import { graft } from "./graft.ts";
import { lightAugmentation } from "./recipe.ts";
import { loadTrained } from "./trained-model.ts";
import type { TransferModel } from "./transfer-model.ts";

const host = testHost();
await writeTinyModel(host.store, "/models/tiny");

const load = (options: LoadOptions = {}) => loadBase("/models/tiny", options, host);
async function grafted(layers: readonly Layer[] = [dropout(0.2), dense(1)], seed = 0): Promise<TransferModel> {
  return graft(await load(), layers, { seed }, host);
}

const twoClasses = drawnTrainVal({ classes: 2, perClass: 8 });
const bce = { optimizer: adam({ learningRate: 0.05 }), loss: binaryCrossEntropy() };
const headWeights = ["head.1.weight", "head.1.bias"];

describe("which weights move", () => {
  test("with the base frozen, the head's alone: every other number stays to the last bit", async () => {
    const model = await grafted();
    const before = model.graph;
    expect(model.trainable).toEqual(headWeights);
    model.compile(bce);
    await model.fit(twoClasses.train, { epochs: 3, batch: 5, validation: twoClasses.val });
    expect(changedWeights(before, model.graph)).toEqual(headWeights);
    expect([...model.graph.initializers.keys()]).toEqual([...before.initializers.keys()]);
  });

  test("with everything unfrozen, weights of every layer move; running statistics do not", async () => {
    const model = await grafted();
    const before = model.graph;
    model.unfreeze();
    model.compile(bce);
    await model.fit(twoClasses.train, { epochs: 2, batch: 8 });
    const changed = changedWeights(before, model.graph);
    expect([...changed].sort()).toEqual([...model.trainable].sort());
    expect(changed).toContain("features.0.0.weight");
    expect(changed.length).toBe(26);
    expect(changed.filter((name) => name.includes("running"))).toEqual([]);
  });

  const cases: readonly (readonly [string, Unfreeze, readonly string[]])[] = [
    ["the last two layers", { lastLayers: 2 }, ["features.3.0.weight", "features.3.1.weight", "features.3.1.bias"]],
    ["the last layer", { lastLayers: 1 }, ["features.3.1.weight", "features.3.1.bias"]],
    ["no layer", { lastLayers: 0 }, []],
    [
      "all from a node on",
      { from: "/features/features.2/proj/proj.1/BatchNormalization" },
      [
        "features.2.proj.1.weight",
        "features.2.proj.1.bias",
        "features.3.0.weight",
        "features.3.1.weight",
        "features.3.1.bias",
      ],
    ],
  ];
  test.each(cases)("%s of the base, and the cache stands at that boundary", async (_, unfreeze, expected) => {
    const model = await grafted();
    const before = model.graph;
    model.unfreeze(unfreeze);
    model.compile(bce);
    const { dataset, reads } = counted(twoClasses.train);
    await model.fit(dataset, { epochs: 3, batch: 8 });
    expect([...changedWeights(before, model.graph)].sort()).toEqual([...expected, ...headWeights].sort());
    expect(new Set(reads)).toEqual(new Set([1]));
  });

  test("a base that is loaded trainable is trained from the start", async () => {
    const model = graft(await load({ trainable: true }), [dense(1)], {}, host);
    expect(model.trainable).toContain("features.0.0.weight");
    model.freeze();
    expect(model.trainable).toEqual(["head.0.weight", "head.0.bias"]);
  });

  test("parameters counts what is trained and what is not", async () => {
    const model = await grafted([dense(3), relu(), dense(1)]);
    const { trainable, frozen } = model.parameters;
    expect(trainable).toBe(32 * 3 + 3 + 3 + 1);
    model.unfreeze("all");
    expect(model.parameters).toEqual({ trainable: trainable + frozen, frozen: 0 });
  });
});

describe("batch normalization", () => {
  const running = (names: readonly string[]) => names.filter((name) => name.includes("running"));
  async function trained(batchNorm: BatchNormMode, unfreeze: Unfreeze = "all"): Promise<TransferModel> {
    const model = await grafted();
    model.unfreeze(unfreeze);
    model.compile({ ...bce, batchNorm });
    await model.fit(twoClasses.train, { epochs: 2, batch: 8, validation: twoClasses.val });
    return model;
  }

  test("in training mode moves the statistics of what is unfrozen, and of nothing else", async () => {
    const before = (await grafted()).graph;
    const all = changedWeights(before, (await trained("training")).graph);
    expect(running(all).length).toBe(16);
    const last = changedWeights(before, (await trained("training", { lastLayers: 2 })).graph);
    expect(running(last)).toEqual(["features.3.1.running_mean", "features.3.1.running_var"]);
    expect(running(changedWeights(before, (await trained("training", "none")).graph))).toEqual([]);
  });

  test("frozen is what happens by itself", async () => {
    const model = await grafted();
    model.unfreeze();
    model.compile(bce);
    await model.fit(twoClasses.train, { epochs: 2, batch: 8, validation: twoClasses.val });
    const frozen = await trained("frozen");
    expect(changedWeights(model.graph, frozen.graph)).toEqual([]);
    expect(frozen.history.map(({ loss }) => loss)).toEqual(model.history.map(({ loss }) => loss));
  });

  test("in training mode is repeatable to the last bit", async () => {
    const [once, again] = [await trained("training"), await trained("training")];
    expect(changedWeights(once.graph, again.graph)).toEqual([]);
    expect(once.history.map(({ valLoss }) => valLoss)).toEqual(again.history.map(({ valLoss }) => valLoss));
  });

  test("what is measured after an epoch, answered afterwards and saved goes by the statistics that were reached", async () => {
    const model = await trained("training");
    const { loss } = await model.evaluate(twoClasses.val);
    expect(loss).toBeAllclose(model.history.at(-1)?.valLoss ?? Number.NaN, { rtol: 1e-5 });
    await model.save("/models/by-batch");
    const saved = await loadTrained("/models/by-batch", {}, host);
    expect((await saved.evaluate(twoClasses.val)).loss).toBeAllclose(loss, { rtol: 1e-5 });
    await saved.close();
  });

  test("the best epoch comes back with its own statistics", async () => {
    const model = await grafted();
    model.unfreeze();
    model.compile({ ...bce, optimizer: adam({ learningRate: 0.5 }), batchNorm: "training" });
    const best = bestWeights();
    const seen = new Map<number, Tensors>();
    const watch: Callback = async (event, control) => {
      if (event.type === "epoch") seen.set(event.epoch, await control.weights());
    };
    const callbacks = [best, watch];
    await model.fit(twoClasses.train, { epochs: 4, batch: 8, validation: twoClasses.val, callbacks });
    const epoch = best.best()?.epoch ?? 0;
    expect(epoch).toBeLessThan(4);
    const names = running([...model.graph.initializers.keys()]);
    const of = (epoch: number) => names.map((name) => seen.get(epoch)?.[name]?.data);
    expect(names.map((name) => model.graph.initializers.get(name)?.data)).toEqual(of(epoch));
    expect(of(4)).not.toEqual(of(epoch));
  });

  test("a mode that there is not is refused", async () => {
    const model = await grafted();
    const batchNorm: string = "eval";
    expect(() => model.compile({ ...bce, batchNorm: batchNorm as BatchNormMode })).toThrow(
      /frozen, training|no batchNorm/,
    );
  });
});

describe("how often pictures are read", () => {
  const epochs = 3;
  async function readsOf(options: Partial<Parameters<TransferModel["fit"]>[1]>, unfreeze: Unfreeze = "none") {
    const model = await grafted();
    model.unfreeze(unfreeze);
    model.compile(bce);
    const [train, val] = [counted(twoClasses.train), counted(twoClasses.val)];
    await model.fit(train.dataset, { epochs, validation: val.dataset, ...options });
    return { train: new Set(train.reads), val: new Set(val.reads) };
  }

  test("once, with a frozen base", async () => {
    expect(await readsOf({})).toEqual({ train: new Set([1]), val: new Set([1]) });
  });

  test("once, also where features spill to disk", async () => {
    expect(await readsOf({ cache: { memoryBytes: 100 } })).toEqual({ train: new Set([1]), val: new Set([1]) });
  });

  test("once, where features would not fit on disk or nothing is frozen: their pixels are kept", async () => {
    const once = { train: new Set([1]), val: new Set([1]) };
    expect(await readsOf({ cache: { diskBytes: 100 } })).toEqual(once);
    expect(await readsOf({}, "all")).toEqual(once);
  });

  test("in every epoch, where they are augmented: those of the training data", async () => {
    expect(await readsOf({ augment: lightAugmentation })).toEqual({ train: new Set([epochs]), val: new Set([1]) });
  });

  test("in every epoch, where neither features nor pixels have room", async () => {
    const every = { train: new Set([epochs]), val: new Set([epochs]) };
    expect(await readsOf({ cache: { memoryBytes: 0 } }, "all")).toEqual(every);
  });

  test("once for all fits of a model", async () => {
    const model = await grafted();
    const { dataset, reads } = counted(twoClasses.train);
    for (const part of ["none", "all"] as const) {
      model.unfreeze(part);
      model.compile(bce);
      await model.fit(dataset, { epochs });
    }
    expect(new Set(reads)).toEqual(new Set([1]));
  });
});

test("cached or not, in memory or on disk: the same numbers", async () => {
  const histories = [];
  for (const cache of [{}, { memoryBytes: 500 }, { diskBytes: 0 }]) {
    const model = await grafted();
    model.compile(bce);
    await model.fit(twoClasses.train, { epochs: 2, batch: 5, validation: twoClasses.val, cache });
    histories.push(model.history.flatMap(({ loss, valLoss = Number.NaN }) => [loss, valLoss]));
  }
  const [inMemory = [], spilled = [], uncached = []] = histories;
  expect(spilled).toEqual(inMemory);
  expect(uncached).toBeAllclose(inMemory, { rtol: 1e-5 });
});

test("dropout acts in every training step, cached or not, and never in evaluation", async () => {
  for (const cache of [{}, { diskBytes: 0 }]) {
    const model = await grafted([dropout(0.5), dense(1)]);
    // So small a rate that the weights stay where they are: what varies then is what is dropped.
    model.compile({ ...bce, optimizer: adam({ learningRate: 1e-12 }) });
    const { epochs } = await model.fit(twoClasses.train, { epochs: 3, validation: twoClasses.train, cache });
    expect(new Set(epochs.map(({ loss }) => loss.toFixed(5))).size).toBe(3);
    const [first, ...others] = epochs.map(({ valLoss = Number.NaN }) => valLoss);
    for (const valLoss of others) expect(valLoss).toBeAllclose(first ?? 0, { rtol: 1e-6 });
  }
});

test("augmentation varies the pictures from epoch to epoch, repeatably, and leaves validation alone", async () => {
  const trained = async (augment?: typeof lightAugmentation) => {
    const model = await grafted([dense(1)]);
    // So small a rate that the weights stay where they are: what varies then is the pictures.
    model.compile({ ...bce, optimizer: adam({ learningRate: 1e-12 }) });
    const options = { epochs: 3, validation: twoClasses.val, ...(augment ? { augment } : {}) };
    const { epochs } = await model.fit(twoClasses.train, options);
    return { loss: epochs.map(({ loss }) => loss), valLoss: epochs.map(({ valLoss = Number.NaN }) => valLoss) };
  };
  const [plain, varied, again] = [await trained(), await trained(lightAugmentation), await trained(lightAugmentation)];
  const [first = 0] = plain.loss;
  expect(plain.loss).toBeAllclose([first, first, first], { rtol: 1e-6 });
  expect(new Set(varied.loss.map((loss) => loss.toFixed(5))).size).toBe(3);
  expect(again).toEqual(varied);
  expect(varied.valLoss).toBeAllclose(plain.valLoss, { rtol: 1e-5 });
});

describe("a second fit", () => {
  test("goes on in one continuous history, from the weights of the first", async () => {
    const model = await grafted();
    model.compile(bce);
    const first = await model.fit(twoClasses.train, { epochs: 2, validation: twoClasses.val });
    const before = model.graph;
    model.unfreeze({ lastLayers: 2 });
    // Moves nothing that float32 can hold: what is evaluated is what the first fit left.
    model.compile({ optimizer: adam({ learningRate: 1e-20 }), loss: "binaryCrossEntropy" });
    const second = await model.fit(twoClasses.train, { epochs: 4, initialEpoch: 2, validation: twoClasses.val });
    expect(model.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(model.history).toEqual([...first.epochs, ...second.epochs]);
    expect(changedWeights(before, model.graph)).toEqual([]);
    expect(second.epochs[1]?.valLoss).toBeAllclose(first.epochs[1]?.valLoss ?? Number.NaN, { rtol: 1e-5 });
  });

  test("needs a new compile after unfreeze or freeze", async () => {
    const model = await grafted();
    model.compile(bce);
    model.unfreeze("all");
    await expect(model.fit(twoClasses.train, { epochs: 1 })).rejects.toMatchObject({
      code: "not-compiled",
      hint: expect.stringContaining("again after unfreeze"),
    });
  });
});

describe("evaluate and predict", () => {
  async function trained(classes: number, layers: readonly Layer[], loss: LossName) {
    const data = drawnTrainVal({ classes, perClass: 6 });
    const model = await grafted(layers);
    model.compile({ optimizer: adam({ learningRate: 0.1 }), loss });
    const { epochs } = await model.fit(data.train, { epochs: 5, batch: 6, validation: data.val });
    return { data, model, last: epochs.at(-1) };
  }

  test.each([
    ["a single logit", 2, [dense(1)], "binaryCrossEntropy"],
    ["two logits", 2, [dense(2)], "softmaxCrossEntropy"],
    ["five logits", 5, [dropout(0.2), dense(8), relu(), dense(5)], "softmaxCrossEntropy"],
    ["regression", 5, [dense(5)], "meanSquaredError"],
  ] as const)("agree with the last epoch's validation: %s", async (_, classes, layers, loss) => {
    const { data, model, last } = await trained(classes, layers, loss);
    const measured = await model.evaluate(data.val, { batch: 4 });
    expect(measured.count).toBe(data.val.size);
    expect(measured.loss).toBeAllclose(last?.valLoss ?? Number.NaN, { rtol: 1e-4 });
    expect(measured.metrics.accuracy).toBeCloseTo(last?.valMetrics?.accuracy ?? Number.NaN, 9);

    const pictures = await Promise.all(Array.from({ length: data.val.size }, (_, index) => data.val.load(index)));
    const predictions = await model.predict(pictures);
    const right = predictions.filter(({ label }, index) => label === data.val.classes[data.val.label(index)]);
    expect(right.length / pictures.length).toBeCloseTo(measured.metrics.accuracy ?? Number.NaN, 9);
  });

  test("predict ranks labels by score, and keeps the order of the pictures over several batches", async () => {
    const { data, model } = await trained(5, [dense(5)], "softmaxCrossEntropy");
    const one = await data.val.load(0);
    const other = await data.val.load(14);
    const many = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? one : other));
    const predictions = await model.predict(many, { top: 3 });
    expect(predictions.length).toBe(40);
    for (const [at, { label, score, top, logits }] of predictions.entries()) {
      expect(top.length).toBe(3);
      expect(top[0]).toEqual({ label, score });
      expect(top.map((entry) => entry.score)).toEqual(top.map((entry) => entry.score).sort((a, b) => b - a));
      expect(logits).toBeAllclose(predictions[at % 2]?.logits ?? [], { rtol: 1e-4, atol: 1e-5 });
    }
    expect(predictions[0]?.logits).not.toEqual(predictions[1]?.logits);
    const [all] = await model.predict([one]);
    expect(all?.top.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
    expect(new Set(all?.top.map(({ label }) => label))).toEqual(new Set(data.val.classes));
  });

  test("predict takes files, bytes and pixels; no picture gives no prediction", async () => {
    const { data, model } = await trained(2, [dense(1)], "binaryCrossEntropy");
    const image = await data.val.load(1);
    const png = await host.encoder.encodePng(image);
    await host.store.write("/photos/one.png", png);
    const [file, bytes, pixels] = await model.predict(["/photos/one.png", png, image]);
    expect(file?.logits.length).toBe(2);
    expect([bytes, pixels]).toEqual([file, file]);
    expect(await model.predict([])).toEqual([]);
    await expect(model.predict(["/photos/none.png"])).rejects.toMatchObject({ code: "no-such-file" });
    const broken = model.predict([image, new Uint8Array([1, 2, 3])]);
    await expect(broken).rejects.toMatchObject({
      code: "unreadable-image",
      message: expect.stringContaining("Picture 1: "),
    });
    await expect(model.predict(JSON.parse('"one.png"'))).rejects.toMatchObject({ code: "bad-option" });
    await expect(model.predict([image], { top: 0 })).rejects.toThrow("top must be a whole number from 1, not 0.");
  });

  test("the model can be measured before it is trained", async () => {
    const model = await grafted();
    model.compile(bce);
    const { loss, count } = await model.evaluate(twoClasses.val);
    expect(count).toBe(8);
    expect(loss).toBeGreaterThan(0);
  });
});

describe("a head that learns", () => {
  test("tells two tinted classes apart, and its loss falls", async () => {
    const model = await grafted([dense(1)]);
    model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: binaryCrossEntropy() });
    await model.fit(twoClasses.train, { epochs: 16, batch: 8, schedule: cosine({ warmup: 0.1 }) });
    const { loss, metrics } = await model.evaluate(drawnPictures({ classes: 2, perClass: 10, seed: 3 }));
    expect(metrics.accuracy).toBe(1);
    expect(loss).toBeLessThan(0.4);
    const losses = model.history.map((epoch) => epoch.loss);
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] ?? 0));
  });

  test("learns several labels at once from targets", async () => {
    // Label 0: the picture is of class 0 or 1; label 1: of class 1 or 2.
    const rows = [
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    const withTargets = (seed: number) => {
      const drawn = drawnPictures({ classes: 3, perClass: 8, seed });
      return {
        ...drawn,
        classes: ["warm", "cool"],
        label: () => 0,
        targets: (index: number) => rows[drawn.label(index)] ?? [],
      };
    };
    const model = await grafted([dense(2)]);
    model.compile({ optimizer: adam({ learningRate: 0.1 }), loss: binaryCrossEntropy({ labelSmoothing: 0.02 }) });
    await model.fit(withTargets(1), { epochs: 40, batch: 6, validation: withTargets(2) });
    const val = withTargets(2);
    const { metrics } = await model.evaluate(val);
    expect(metrics.accuracy).toBeGreaterThan(0.8); // always saying yes: 2/3
    const [first] = await model.predict([await val.load(0)]);
    const { loss, labels } = model.finished();
    expect([loss.activation, labels]).toEqual(["sigmoid", ["warm", "cool"]]);
    expect(first?.top.map(({ label }) => label).sort()).toEqual(["cool", "warm"]);
  });

  test("learns a number from targets under mean squared error", async () => {
    const brightness = (seed: number) => {
      const drawn = drawnPictures({ classes: 5, perClass: 6, seed });
      return {
        ...drawn,
        classes: ["tone"],
        label: () => 0,
        targets: (index: number) => [drawn.label(index) === 0 ? 1 : -1],
      };
    };
    const model = await grafted([dense(1)]);
    const metrics = ["meanAbsoluteError"] as const;
    model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: meanSquaredError(), metrics });
    await model.fit(brightness(1), { epochs: 25, batch: 10 });
    const measured = await model.evaluate(brightness(2));
    expect(measured.loss).toBeLessThan(0.5); // always saying the mean, −0.6, would cost 0.64
    expect(Object.keys(measured.metrics)).toEqual(["meanAbsoluteError"]);
    const [first] = await model.predict([await brightness(2).load(0)]);
    expect(first?.logits.length).toBe(1);
  });

  test("labelSmoothing changes what is lowered: a sure answer costs more", async () => {
    const lossWith = async (labelSmoothing: number) => {
      const model = await grafted([dense(2)]);
      model.compile({ optimizer: adam({ learningRate: 0.2 }), loss: softmaxCrossEntropy({ labelSmoothing }) });
      await model.fit(twoClasses.train, { epochs: 25, batch: 8 });
      return (await model.evaluate(twoClasses.train)).loss;
    };
    // The least that ε = 0.2 allows is the entropy of (0.9, 0.1).
    const least = -(0.9 * Math.log(0.9) + 0.1 * Math.log(0.1));
    expect(await lossWith(0.2)).toBeGreaterThanOrEqual(least - 1e-6);
    expect(await lossWith(0)).toBeLessThan(least);
  });
});

describe("mistakes", () => {
  test("fit, evaluate and predict before compile or fit say what to call", async () => {
    const model = await grafted();
    const image = await twoClasses.val.load(0);
    const notCompiled = { code: "not-compiled", hint: expect.stringContaining("model.compile") };
    await expect(model.fit(twoClasses.train, { epochs: 1 })).rejects.toMatchObject(notCompiled);
    await expect(model.evaluate(twoClasses.val)).rejects.toMatchObject(notCompiled);
    await expect(model.predict([image])).rejects.toMatchObject({ code: "not-compiled", hint: "Call model.fit first." });
    await expect(model.save("/out")).rejects.toMatchObject({ code: "not-compiled" });
    expect(await host.store.kind("/out")).toBeUndefined();
  });

  test("a head that does not fit the classes is told how it should end", async () => {
    const wrong = async (units: number, loss: LossName, classes: number) => {
      const model = await grafted([dense(units)]);
      model.compile({ optimizer: "adam", loss });
      await model.fit(drawnPictures({ classes, perClass: 2 }), { epochs: 1 });
    };
    await expect(wrong(2, "softmaxCrossEntropy", 5)).rejects.toMatchObject({
      code: "bad-option",
      message: "5 classes do not fit a model with 2 logits.",
      hint: "End the head with dense(5) for softmaxCrossEntropy.",
    });
    await expect(wrong(3, "binaryCrossEntropy", 2)).rejects.toMatchObject({
      hint: "End the head with dense(1) for binaryCrossEntropy.",
    });
    await expect(wrong(1, "meanSquaredError", 2)).rejects.toMatchObject({
      message: "2 classes do not fit a model with 1 logit.",
      hint: "End the head with dense(2) for meanSquaredError.",
    });
  });

  test("targets of another length than the logits name the example", async () => {
    const model = await grafted([dense(2)]);
    model.compile({ optimizer: "adam", loss: "binaryCrossEntropy" });
    const dataset = { ...drawnPictures({ classes: 2, perClass: 2 }), targets: () => [1, 0, 1] };
    await expect(model.fit(dataset, { epochs: 1 })).rejects.toThrow(
      "The example crescent/0.png has 3 targets; the model has 2 logits.",
    );
  });

  test("unfreeze names nodes that are near, and changes nothing", async () => {
    const model = await grafted();
    expect(() => model.unfreeze({ from: "/features/features.3/features.3.0/Cnov" })).toThrow(
      expect.objectContaining({
        code: "no-such-node",
        hint: expect.stringContaining('"/features/features.3/features.3.0/Conv"'),
      }),
    );
    expect(model.trainable).toEqual(headWeights);
  });

  test.each([
    ["an unknown optimizer", { optimizer: "adamm", loss: "binaryCrossEntropy" }, 'There is no optimizer "adamm".'],
    ["an unknown loss", { optimizer: "adam", loss: "hinge" }, 'There is no loss "hinge".'],
    ["an unknown metric", { optimizer: "adam", loss: "meanSquaredError", metrics: ["f1"] }, 'There is no metric "f1".'],
    ["an unknown option", { optimizer: "adam", loss: "meanSquaredError", lr: 1 }, 'compile has no option "lr".'],
  ])("compile refuses %s", async (_, options, message) => {
    const model = await grafted();
    const compile: (options: object) => void = (given) => Reflect.apply(model.compile, model, [given]);
    expect(() => compile(options)).toThrow(message);
  });

  test("fit refuses unknown options and batches of nothing", async () => {
    const model = await grafted();
    model.compile(bce);
    const misspelt = { epochs: 1, batchSize: 4 };
    await expect(model.fit(twoClasses.train, misspelt)).rejects.toThrow('fit has no option "batchSize".');
    await expect(model.fit(twoClasses.train, { epochs: 1, batch: 0 })).rejects.toThrow("batch must be a whole number");
  });
});

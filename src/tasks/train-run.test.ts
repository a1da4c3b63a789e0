import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { everything, furnished } from "../../test/fixtures/furnished.ts";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnPictures, writePictures } from "../../test/fixtures/pictures.ts";
import { storeMethods } from "../../test/fixtures/store-methods.ts";
import { HostError } from "../base/errors.ts";
import { folderDataset } from "../data/folder-dataset.ts";
import { decodeSafetensors } from "../hub/safetensors.ts";
import { decodeModel } from "../onnx/decode.ts";
import type { Store } from "../store/store.ts";
import { loadBase } from "./base-model.ts";
import { evaluateRun } from "./evaluate-run.ts";
import type { Host } from "./host.ts";
import { loadAdapter } from "./load-adapter.ts";
import { loraLearningRate } from "./recipe.ts";
import type { RunEvent } from "./run-events.ts";
import { type TrainResult, type TrainRunOptions, trainRun } from "./train-run.ts";

const quick = {
  model: "/models/tiny",
  data: "/data",
  out: "/runs/a",
  headEpochs: 3,
  tuneEpochs: 2,
  headLearningRate: 0.1,
  tuneLearningRate: 1e-3,
  batch: 8,
} as const;

const linesOf = async (store: Store, path: string): Promise<readonly unknown[]> =>
  (await store.readText(path))
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

/** The epoch of /runs/a with the lowest validation loss. */
async function bestEpoch(store: Store): Promise<number> {
  const line = z.object({ epoch: z.number(), valLoss: z.number() });
  const epochs = (await linesOf(store, "/runs/a/history.jsonl")).map((epoch) => line.parse(epoch));
  return epochs.reduce((best, epoch) => (epoch.valLoss < best.valLoss ? epoch : best)).epoch;
}

describe("a run that goes well", () => {
  const events: RunEvent[] = [];
  let host: Host;
  let result: TrainResult;
  beforeAll(async () => {
    host = await furnished();
    const onEvent = (event: RunEvent) => events.push(event);
    result = await trainRun({ ...quick, given: Object.keys(quick), onEvent }, host);
  });

  test("leaves a folder with the model, its history, what was set, and checkpoints", async () => {
    const files = await everything(host.store, "/runs");
    const checkpoints = files.filter((path) => path.startsWith("/runs/a/checkpoints/"));
    const place = /\/(after-epoch-\d+-step-\d+|best-epoch-\d+)-[0-9a-f]{8}\.safetensors$/;
    const named = checkpoints.map((path) => place.exec(path)?.[1]);
    expect(named).toEqual(expect.arrayContaining(["after-epoch-4-step-0", "after-epoch-5-step-0"]));
    expect(named.filter((name) => !name?.startsWith("best-"))).toHaveLength(2);
    expect(named).toContain(`best-epoch-${await bestEpoch(host.store)}`);
    expect(files.filter((path) => !checkpoints.includes(path))).toEqual([
      "/runs/a/evaluation.json",
      "/runs/a/health.json",
      "/runs/a/history.jsonl",
      "/runs/a/model/README.md",
      "/runs/a/model/config.json",
      "/runs/a/model/onnx/model.onnx",
      "/runs/a/model/preprocessor_config.json",
      "/runs/a/report.html",
      "/runs/a/run.json",
    ]);
    expect(result).toMatchObject({ run: "/runs/a", classes: ["crescent", "flower"], skipped: [], stopped: "done" });
    expect(result.phases.map(({ name, epochs }) => [name, epochs])).toEqual([
      ["head", 3],
      ["tune", 2],
    ]);
  });

  test("leaves a page that tells it, with the pictures that it is wrong about", async () => {
    const page = await host.store.readText("/runs/a/report.html");
    expect(result.report).toBe("/runs/a/report.html");
    expect(page).toContain("crescent");
    const evaluation = JSON.parse(await host.store.readText("/runs/a/evaluation.json"));
    expect(evaluation).toMatchObject({ count: 10, measures: { accuracy: result.valAccuracy } });
    // a picture and its heat map each, of at most 12 mistakes
    expect(page.match(/<img /g) ?? []).toHaveLength(2 * Math.min(12, evaluation.worst.length));
  });

  test("writes a line of history per epoch, numbered over both phases", async () => {
    const lines = await linesOf(host.store, "/runs/a/history.jsonl");
    const phase = (epoch: number) => (epoch <= 3 ? "head" : "tune");
    expect(lines).toEqual(
      [1, 2, 3, 4, 5].map((epoch) => ({
        ...{ phase: phase(epoch), epoch, examples: 20, learningRate: epoch <= 3 ? 0.1 : 1e-3 },
        ...{ loss: expect.any(Number), accuracy: expect.any(Number) },
        ...{ valLoss: expect.any(Number), valAccuracy: expect.any(Number), seconds: expect.any(Number) },
      })),
    );
    const best = lines.find((line) => JSON.stringify(line).includes(`"valLoss":${result.phases[1]?.valLoss}`));
    expect(best).toMatchObject({ phase: "tune" });
  });

  test("run.json says each option's value and where it came from, the result and the versions", async () => {
    const about: unknown = JSON.parse(await host.store.readText("/runs/a/run.json"));
    const { report: _, ...measured } = result;
    expect(about).toMatchObject({
      command: "train",
      status: "finished",
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      finished: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      result: JSON.parse(JSON.stringify(measured)),
      classes: ["crescent", "flower"],
      examples: { train: 20, val: 10 },
      base: { path: "/models/tiny", head: "/classifier/classifier.1/Gemm", features: 32 },
      loss: { name: "binaryCrossEntropy", labelSmoothing: 0 },
      preprocessing: { mean: [0.5, 0.45, 0.4], from: "preprocessor_config.json" },
      versions: host.versions,
    });
    expect(about).toHaveProperty("options", {
      check: { value: false, from: "default" },
      headEpochs: { value: 3, from: "given" },
      tuneEpochs: { value: 2, from: "given" },
      headLearningRate: { value: 0.1, from: "given" },
      tuneLearningRate: { value: 1e-3, from: "given" },
      batch: { value: 8, from: "given" },
      model: { value: "/models/tiny", from: "given" },
      data: { value: "/data", from: "given" },
      out: { value: "/runs/a", from: "given" },
      unfreeze: { value: "all", from: "default" },
      fromScratch: { value: false, from: "default" },
      metric: { value: "loss", from: "default" },
      sampling: { value: "shuffled", from: "default" },
      batchNorm: { value: "frozen", from: "default" },
      optimizer: { value: "adam", from: "default" },
      hidden: { value: [], from: "default" },
      dropout: { value: 0.2, from: "default" },
      labelSmoothing: { value: 0, from: "default" },
      accumulate: { value: 1, from: "default" },
      seed: { value: 0, from: "default" },
      maxBadFraction: { value: 0.1, from: "default" },
      augment: { value: false, from: "default" },
      overwrite: { value: false, from: "default" },
      dtype: { value: "float32", from: "default" },
      report: { value: true, from: "default" },
      checkpointEvery: { value: { seconds: 300 }, from: "default" },
      keepCheckpoints: { value: 2, from: "default" },
      threads: { value: 1, from: "default" },
    });
  });

  test("its checkpoints hold the saved model's weights", async () => {
    const names = await host.store.list("/runs/a/checkpoints");
    const fileOf = (start: string) =>
      host.store.read(`/runs/a/checkpoints/${names.find((name) => name.startsWith(start))}`);
    const best = decodeSafetensors(await fileOf(`best-epoch-${await bestEpoch(host.store)}-`));
    const { graph } = decodeModel(await host.store.read("/runs/a/model/onnx/model.onnx"));
    expect(best["features.0.0.weight"]?.data).toEqual(graph.initializers.get("features.0.0.weight")?.data);
    const last = decodeSafetensors(await fileOf("after-epoch-5-step-0-"));
    expect(Object.keys(last)).toEqual(expect.arrayContaining(["head.1.weight", "m:head.1.weight", "v:head.1.weight"]));
  });

  test.each([
    [2, "binaryCrossEntropy"],
    [5, "softmaxCrossEntropy"],
    [5, "meanSquaredError"],
  ] as const)("what it reports for %d classes under %s is what evaluateRun measures", async (classes, loss) => {
    const here = await furnished(classes);
    const { valLoss, valAccuracy } = await trainRun({ ...quick, loss, unfreeze: { lastLayers: 1 } }, here);
    const measured = await evaluateRun({ run: "/runs/a", data: "/data/val", batch: 8 }, here);
    expect(measured).toMatchObject({ count: classes * 5, accuracy: valAccuracy, loss: valLoss, skipped: [] });
  });

  test("so it is with label smoothing, which is part of the loss", async () => {
    for (const classes of [2, 5]) {
      const here = await furnished(classes);
      const { valLoss } = await trainRun({ ...quick, labelSmoothing: 0.1, tuneEpochs: 0 }, here);
      expect((await evaluateRun({ run: "/runs/a", data: "/data/val", batch: 8 }, here)).loss).toBe(valLoss);
    }
  });

  test("tells what happens, in order", () => {
    const steps = events.map((event) => (event.type === "training" ? event.event.type : event.type));
    const epoch = "step step step epoch";
    expect(steps.join(" ")).toBe(
      `start health memory memory phase features features begin ${epoch} ${epoch} ${epoch} end phase begin ${epoch} ${epoch} end reporting saved`,
    );
    expect(events[0]).toMatchObject({
      ...{ type: "start", model: "/models/tiny", classes: ["crescent", "flower"], train: 20, val: 10 },
      head: { node: "/classifier/classifier.1/Gemm", features: 32 },
    });
    expect(events.at(-1)).toEqual({ type: "saved", path: "/runs/a" });
  });

  test("holds pictures out by itself where there is no validation folder", async () => {
    const here = await furnished();
    const split = await trainRun({ ...quick, data: "/data/train", val: 0.3, tuneEpochs: 0 }, here);
    expect(JSON.parse(await here.store.readText("/runs/a/run.json"))).toMatchObject({
      examples: { train: 14, val: 6 },
    });
    expect(Number.isFinite(split.valAccuracy)).toBe(true);
  });

  test("is the same twice with the same seed", async () => {
    const [a, b] = [await furnished(), await furnished()];
    const options = { ...quick, augment: true, headEpochs: 1, tuneEpochs: 1, seed: 3 };
    const [one, two] = [await trainRun(options, a), await trainRun(options, b)];
    expect([two.valLoss, two.valAccuracy]).toEqual([one.valLoss, one.valAccuracy]);
    expect(await b.store.read("/runs/a/model/onnx/model.onnx")).toEqual(
      await a.store.read("/runs/a/model/onnx/model.onnx"),
    );
  });

  test("its card tells the measured numbers", async () => {
    const { valAccuracy } = result;
    const card = await host.store.readText("/runs/a/model/README.md");
    expect(card).toContain(`| accuracy | ${Number(valAccuracy.toPrecision(4))} |`);
    expect(card).toContain("| Training pictures | 20 |");
    expect(card).toContain('| Phase "tune" | 2 epochs');
  });
});

describe("what is known of the pictures before a run", () => {
  const once = { ...quick, headEpochs: 1, tuneEpochs: 0 } as const;

  /** The picture of a training class lies in validation too, under another class. */
  async function leakingHost(): Promise<Host> {
    const host = await furnished();
    await host.store.write("/data/val/flower/leak.png", await host.store.read("/data/train/crescent/0.png"));
    return host;
  }

  test("is told, noted and kept, and the run goes on", async () => {
    const host = await leakingHost();
    const events: RunEvent[] = [];
    const result = await trainRun({ ...once, onEvent: (event) => events.push(event) }, host);
    expect(result.stopped).toBe("done");
    const told = events.find(({ type }) => type === "health");
    expect(told).toMatchObject({
      depth: "bytes",
      findings: [
        { severity: "error", code: "copies-across-splits", files: 2 },
        { severity: "error", code: "labels-disagree", files: 2 },
      ],
    });
    const about: unknown = JSON.parse(await host.store.readText("/runs/a/run.json"));
    expect(about).toMatchObject({ data: { depth: "bytes", findings: told?.type === "health" && told.findings } });
    const health: unknown = JSON.parse(await host.store.readText("/runs/a/health.json"));
    expect(health).toMatchObject({
      data: "/data",
      splits: [
        { name: "train", pictures: 20 },
        { name: "val", pictures: 11 },
      ],
      findings: [{ files: [{ path: "/data/train/crescent/0.png" }, { path: "/data/val/flower/leak.png" }] }, {}],
    });
  });

  test("is all that a look at every picture tells, where that is asked for", async () => {
    const host = await leakingHost();
    await host.store.write("/data/train/flower/broken.png", "no picture");
    const events: RunEvent[] = [];
    await trainRun({ ...once, check: true, onEvent: (event) => events.push(event) }, host);
    const told = events.find(({ type }) => type === "health");
    expect(told).toMatchObject({ depth: "pictures" });
    expect(told?.type === "health" && told.findings.map(({ code }) => code)).toContain("unreadable");
    expect(events.filter(({ type }) => type === "checking").at(-1)).toEqual({ type: "checking", done: 32, total: 32 });
  });
});

describe("a run with low-rank adapters", () => {
  test("leaves the merged model, and the adapter alone that gives the same answers on its base", async () => {
    const host = await furnished();
    const { store } = host;
    const result = await trainRun({ ...quick, lora: 2, loraAlpha: 4, given: ["lora"] }, host);
    expect(await store.list("/runs/a")).toEqual([
      "adapter",
      "checkpoints",
      "evaluation.json",
      "health.json",
      "history.jsonl",
      "model",
      "report.html",
      "run.json",
    ]);
    expect(result.lora).toMatchObject({
      rank: 2,
      alpha: 4,
      trainable: 33 + 2 * 248,
      frozen: 3560,
      path: "/runs/a/adapter",
    });
    expect(result.lora?.modules.length).toBe(5);
    expect(result.lora?.skipped.length).toBe(3);
    const about: unknown = JSON.parse(await store.readText("/runs/a/run.json"));
    expect(about).toMatchObject({ result: { lora: result.lora }, options: { lora: { value: 2, from: "given" } } });

    const measured = await evaluateRun({ run: "/runs/a", data: "/data/val" }, host);
    expect(measured.loss).toBeAllclose(result.valLoss, { rtol: 1e-5 });
    const again = await loadAdapter(await loadBase("/models/tiny", {}, host), "/runs/a/adapter", {}, host);
    const val = await folderDataset("/data/val", { store, decoder: host.decoder, classes: result.classes });
    expect((await again.evaluate(val)).loss).toBeAllclose(result.valLoss, { rtol: 1e-5 });
  });

  test("says the learning rate that adapters have by default", async () => {
    const host = await furnished();
    const { tuneLearningRate: _, ...rest } = quick;
    await trainRun({ ...rest, lora: 1, given: ["lora"] }, host);
    const about: unknown = JSON.parse(await host.store.readText("/runs/a/run.json"));
    expect(about).toMatchObject({ options: { tuneLearningRate: { value: loraLearningRate, from: "default" } } });
  });
});

describe("a run folder that stands there", () => {
  test("is refused, and stays as it is", async () => {
    const host = await furnished();
    await trainRun({ ...quick, tuneEpochs: 0 }, host);
    const before = await host.store.read("/runs/a/model/onnx/model.onnx");
    await expect(trainRun({ ...quick, seed: 1 }, host)).rejects.toMatchObject({ code: "run-exists" });
    expect(await host.store.read("/runs/a/model/onnx/model.onnx")).toEqual(before);
  });

  test("is replaced as a whole with overwrite", async () => {
    const host = await furnished();
    await trainRun({ ...quick, headEpochs: 1, tuneEpochs: 0 }, host);
    const before = await host.store.read("/runs/a/model/onnx/model.onnx");
    await trainRun({ ...quick, tuneEpochs: 0, seed: 1, overwrite: true }, host);
    expect(await host.store.read("/runs/a/model/onnx/model.onnx")).not.toEqual(before);
    expect((await linesOf(host.store, "/runs/a/history.jsonl")).length).toBe(3);
    expect(await host.store.list("/runs")).toEqual(["a"]);
  });
});

test("an older run stands whole while the one that replaces it is made", async () => {
  const host = await furnished();
  await trainRun({ ...quick, headEpochs: 1, tuneEpochs: 0 }, host);
  const before = await everything(host.store, "/runs/a");
  const looks: Promise<readonly string[]>[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.type === "phase") looks.push(everything(host.store, "/runs/a"));
  };
  await trainRun({ ...quick, tuneEpochs: 0, seed: 1, overwrite: true, onEvent }, host);
  expect(await Promise.all(looks)).toEqual([before]);
});

test("a run that fails after its first epoch stays without a model, and says why", async () => {
  const host = await furnished();
  const events: RunEvent[] = [];
  const failing: Host = {
    ...host,
    store: {
      ...storeMethods(host.store),
      write: async (path, content) => {
        if (path.includes("model.partial") || path.endsWith("model.onnx"))
          throw new HostError("disk-full", "The disk is full.");
        await host.store.write(path, content);
      },
    },
  };
  const work = trainRun({ ...quick, tuneEpochs: 0, onEvent: (event) => events.push(event) }, failing);
  await expect(work).rejects.toMatchObject({ code: "disk-full" });
  expect(events.at(-1)).toMatchObject({ type: "failed", path: "/runs/a" });
  expect(JSON.parse(await host.store.readText("/runs/a/run.json"))).toMatchObject({
    status: "failed",
    error: "The disk is full.",
  });
  expect(await host.store.kind("/runs/a/model")).toBeUndefined();
});

describe("a run that fails", () => {
  const failing: readonly (readonly [string, Partial<TrainRunOptions>, string])[] = [
    ["no such data", { data: "/nowhere" }, "no-such-folder"],
    ["no such model", { model: "/nowhere" }, "no-model"],
    ["a node that is not there", { unfreeze: { from: "nowhere" }, headEpochs: 0 }, "no-such-node"],
    ["an unknown preset", { preprocessing: "imagnet" }, "bad-option"],
    ["a batch of nothing", { batch: 0 }, "bad-option"],
    ["a loss that is not a number", { optimizer: "sgd", loss: "meanSquaredError", headLearningRate: 1e38 }, "nan-loss"],
    ["an interruption in the first epoch", { signal: { aborted: true } }, "interrupted"],
  ];

  test.each(failing)("by %s leaves nothing behind", async (_, options, code) => {
    const host = await furnished();
    await expect(trainRun({ ...quick, ...options }, host)).rejects.toMatchObject({ code });
    expect(await host.store.kind("/runs/a")).toBeUndefined();
    expect(await host.store.kind("/runs/a.regraft-new")).toBeUndefined();
  });

  test.each(failing)("by %s leaves an older run as it was", async (_, options, code) => {
    const host = await furnished();
    await host.store.write("/runs/a/run.json", "old");
    await host.store.write("/runs/a/model/config.json", "old");
    await expect(trainRun({ ...quick, ...options, overwrite: true }, host)).rejects.toMatchObject({ code });
    expect(await everything(host.store, "/runs")).toEqual(["/runs/a/model/config.json", "/runs/a/run.json"]);
    expect(await host.store.readText("/runs/a/run.json")).toBe("old");
  });

  test("refuses unknown options before it does anything", async () => {
    const misspelt = { ...quick, epoch: 3 };
    await expect(trainRun(misspelt, testHost())).rejects.toThrow('trainRun has no option "epoch".');
  });

  test("by a loss that is not a number later saves the best model, and says so", async () => {
    const host = await furnished();
    const options = { ...quick, optimizer: "sgd", loss: "meanSquaredError", headLearningRate: 0.01 } as const;
    await expect(trainRun({ ...options, tuneLearningRate: 1e38 }, host)).rejects.toMatchObject({
      code: "nan-loss",
      hint: expect.stringContaining("The best model before that is saved in /runs/a."),
    });
    const measured = await evaluateRun({ run: "/runs/a", data: "/data/val" }, host);
    expect(Number.isFinite(measured.loss)).toBe(true);
    const lines = await linesOf(host.store, "/runs/a/history.jsonl");
    expect(lines.filter((line) => JSON.stringify(line).includes('"head"')).length).toBe(3);
  });

  test("an interruption after an epoch keeps the best model so far", async () => {
    const host = await furnished();
    const signal = { aborted: false };
    const onEvent = (event: RunEvent) => {
      if (event.type === "training" && event.event.type === "epoch" && event.event.epoch === 2) signal.aborted = true;
    };
    const result = await trainRun({ ...quick, signal, onEvent }, host);
    expect(result).toMatchObject({ stopped: "interrupted", phases: [{ name: "head", epochs: 2 }] });
    const measured = await evaluateRun({ run: "/runs/a", data: "/data/val", batch: 8 }, host);
    expect(measured).toMatchObject({ loss: result.valLoss, accuracy: result.valAccuracy });
    expect(await host.store.kind("/runs/a/model/onnx/model.onnx")).toBe("file");
  });
});

describe("unreadable pictures", () => {
  async function withBad(count: number): Promise<Host> {
    const host = await furnished();
    for (let number = 0; number < count; number++) {
      await host.store.write(`/data/train/flower/broken-${number}.jpg`, "this is text");
    }
    return host;
  }

  test("are left out, counted and listed", async () => {
    const host = await withBad(1);
    const events: RunEvent[] = [];
    const { skipped, stopped } = await trainRun(
      { ...quick, tuneEpochs: 0, onEvent: (event) => events.push(event) },
      host,
    );
    expect(stopped).toBe("done");
    expect(skipped).toEqual([{ name: "flower/broken-0.jpg", reason: expect.stringContaining("not a picture") }]);
    expect(events).toContainEqual({ type: "bad-image", ...skipped[0] });
    expect(await linesOf(host.store, "/runs/a/history.jsonl")).toContainEqual(
      expect.objectContaining({ examples: 20 }),
    );
  });

  test("are left out without a cache too", async () => {
    const { skipped } = await trainRun({ ...quick, augment: true, headEpochs: 1, tuneEpochs: 1 }, await withBad(1));
    expect(skipped.map(({ name }) => name)).toEqual(["flower/broken-0.jpg"]);
  });

  test("stop the run where there are too many of them, and nothing is left behind", async () => {
    const host = await withBad(4);
    await expect(trainRun(quick, host)).rejects.toMatchObject({
      code: "too-many-bad-images",
      message: expect.stringContaining("flower/broken-0.jpg"),
      hint: expect.stringContaining("--max-bad-fraction"),
    });
    expect(await host.store.kind("/runs")).not.toBe("file");
    expect(await host.store.kind("/runs/a")).toBeUndefined();
  });

  test("may be more where that is allowed", async () => {
    const { skipped } = await trainRun({ ...quick, tuneEpochs: 0, maxBadFraction: 0.5 }, await withBad(4));
    expect(skipped.length).toBe(4);
  });
});

test("pictures of another folder can be the validation data", async () => {
  const host = await furnished();
  await writePictures(host.store, "/other", drawnPictures({ classes: 2, perClass: 3, seed: 8 }));
  const { valLoss } = await trainRun({ ...quick, data: "/data/train", val: "/other", tuneEpochs: 0 }, host);
  expect((await evaluateRun({ run: "/runs/a", data: "/other", batch: 8 }, host)).loss).toBe(valLoss);
});

test("from scratch, run.json tells the options of that phase and not of the others", async () => {
  const host = await furnished();
  const { data, model, out, batch } = quick;
  await trainRun({ data, model, out, batch, fromScratch: true, epochs: 2 }, host);
  const { options: told } = JSON.parse(await host.store.readText(`${out}/run.json`));
  expect(told).toMatchObject({ fromScratch: { value: true, from: "given" }, epochs: { value: 2, from: "given" } });
  expect(Object.keys(told)).not.toContain("headEpochs");
});

describe("the page of a run", () => {
  test("shows each mistake and where the model saw what it said", async () => {
    const host = await furnished(5);
    // too little training to be right about all of them
    const result = await trainRun({ ...quick, headEpochs: 1, tuneEpochs: 0, headLearningRate: 1e-6 }, host);
    expect(result.valAccuracy).toBeLessThan(1);
    const page = await host.store.readText("/runs/a/report.html");
    const wrong = Math.round((1 - result.valAccuracy) * 25);
    expect(page.match(/<img /g)).toHaveLength(2 * Math.min(12, wrong));
  });

  test("is left out where nobody wants it", async () => {
    const host = await furnished();
    const result = await trainRun({ ...quick, report: false }, host);
    expect([result.report, await host.store.kind("/runs/a/report.html")]).toEqual([undefined, undefined]);
  });

  test("that cannot be made costs nobody the run", async () => {
    const host = await furnished(5);
    const events: RunEvent[] = [];
    const encoder = { ...host.encoder, encodeJpeg: () => Promise.reject(new HostError("write-failed", "No encoder.")) };
    const options = { ...quick, headEpochs: 1, tuneEpochs: 0, headLearningRate: 1e-6 };
    const onEvent = (event: RunEvent) => events.push(event);
    const result = await trainRun({ ...options, onEvent }, { ...host, encoder });
    expect(result.report).toBeUndefined();
    expect(events).toContainEqual({ type: "no-report", reason: "No encoder." });
    expect(await host.store.kind("/runs/a/model/onnx/model.onnx")).toBe("file");
  });
});

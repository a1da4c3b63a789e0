import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { smallMemory } from "../../test/fixtures/small-memory.ts";
import { antialiasedResize, stubbornGraph } from "../../test/fixtures/stubborn-model.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { goldenGraph } from "../../test/golden.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import { modelOf } from "../onnx/model.ts";
import { type Diagnosis, type DoctorOptions, doctorModel } from "./doctor.ts";
import { inspectModel } from "./inspect.ts";

const host = testHost();
const { store } = host;

const look = (model: string, options: Partial<DoctorOptions> = {}) =>
  doctorModel({ model, measure: false, ...options }, host);

const finding = ({ findings }: Diagnosis, check: string) => findings.find((one) => one.check === check);

const files = ["convnext", "densenet", "efficientnet", "mobilenet", "resnet", "vgg", "vit"].flatMap((name) => [
  `${name}.onnx`,
  `${name}.folded.onnx`,
  `${name}.dynamo.onnx`,
]);

test.each(files)("%s is trainable, all of it", async (file) => {
  const found = await look(await writeTinyModel(store, `/models/${file}`, { file }));
  expect(found).toMatchObject({ trains: "all", flags: [] });
  expect(found.findings.filter(({ verdict }) => verdict === "problem")).toEqual([]);
  expect(found.layers.every(({ trainable }) => trainable)).toBe(true);
  const [head, tune] = found.steps;
  expect([head?.phase, tune?.phase]).toEqual(["head", "tune"]);
  expect(tune?.trained).toBeGreaterThan(head?.trained ?? 0);
});

describe("what is told", () => {
  test("goes beyond inspect, and does not contradict it", async () => {
    const model = await writeTinyModel(store, "/models/tiny");
    const { findings, steps, trains, flags, fileBytes, irVersion, layers, ...facts } = await look(model);
    const { layers: inspected, ...inspection } = await inspectModel({ model }, host);
    expect(facts).toEqual(inspection);
    expect(layers).toEqual(inspected.map((layer) => ({ ...layer, trainable: true })));
    expect([fileBytes, irVersion]).toEqual([(await store.read(`${model}/model.onnx`)).byteLength, 8]);
    expect(findings.map(({ check }) => check)).toEqual([
      ...["file", "changed", "input", "output", "head", "labels", "pictures", "parameters", "training"],
      ...["BatchNorm", "Dropout", "memory"],
    ]);
  });

  test.each([
    ["mobilenet.onnx", "8 nodes; mean and variance stay frozen in training"],
    [
      "mobilenet.folded.onnx",
      "merged into 8 Convs when the model was exported: Regraft cannot put it in training mode",
    ],
    ["resnet.dynamo.onnx", "merged into 10 Convs when the model was exported: Regraft cannot put it in training mode"],
    ["vgg.onnx", "none; where the network had some, it was merged into Conv at export"],
    ["vit.onnx", "none"],
  ])("the batch normalization of %s", async (file, text) => {
    const found = await look(await writeTinyModel(store, `/models/${file}`, { file }));
    expect(finding(found, "BatchNorm")?.text).toBe(text);
  });

  test("a model that does not say how its pictures are prepared can be trained once somebody does", async () => {
    await store.write("/bare.onnx", encodeModel(modelOf(goldenGraph("mobilenet.onnx"))));
    const found = await look("/bare.onnx");
    expect(found).toMatchObject({ trains: "all", flags: [] });
    expect(finding(found, "pictures")).toMatchObject({
      verdict: "warning",
      hint: "Put a preprocessor_config.json beside the model that resizes to 32 × 32.",
    });
  });

  test("presets are offered where the graph takes their size, and one that is named is taken", async () => {
    const g = graphBuilder();
    const X = g.input("x", "float32", ["N", 3, "H", "W"]);
    const W = g.initializer(
      "w",
      floats(
        Float32Array.from({ length: 108 }, (_, at) => Math.sin(at)),
        [4, 3, 3, 3],
      ),
    );
    const fc = g.initializer("fc", floats([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]));
    const logits = g.MatMul(g.Flatten(g.GlobalAveragePool(g.Relu(g.Conv(X, W)))), fc);
    await store.write("/any.onnx", encodeModel(modelOf(g.build([logits]))));
    const open = await look("/any.onnx", { batch: 2 });
    expect(open.flags).toEqual(["--preprocessing", "<preset>"]);
    expect(finding(open, "pictures")?.hint).toContain("--preprocessing imagenet, or tf, or caffe");
    const told = await look("/any.onnx", { batch: 2, preprocessing: "tf" });
    expect(told.flags).toEqual(["--preprocessing", "tf"]);
    expect(finding(told, "pictures")).toMatchObject({ verdict: "ok" });
  });
});

test("a preset whose pictures the model cannot take is refused, with their size", async () => {
  await store.write("/vgg.onnx", encodeModel(modelOf(goldenGraph("vgg.onnx"))));
  await expect(look("/vgg.onnx", { preprocessing: "tf" })).rejects.toMatchObject({
    code: "bad-option",
    message: expect.stringContaining('"tf" makes pictures of 224 × 224, which the model cannot take'),
  });
});

describe("a model with an obstacle", () => {
  test("is trainable from behind it, with the flag to pass", async () => {
    const model = await writeTinyModel(store, "/stubborn", { graph: stubbornGraph(antialiasedResize) });
    const found = await look(model);
    expect(found).toMatchObject({ trains: "from", flags: ["--unfreeze", "Conv_2"] });
    expect(found.layers.map(({ trainable }) => trainable)).toEqual([false, true, true]);
    expect(finding(found, "training")).toMatchObject({
      verdict: "warning",
      text: "2 of 3 layers can be trained: those from Conv_2 on",
      details: [expect.stringContaining('Resize "Resize_1" lets no gradient pass')],
    });
    expect(found.steps.map(({ unfreeze }) => unfreeze)).toEqual(["none", { from: "Conv_2" }]);
  });

  test("is trainable with a new head where no layer is behind it", async () => {
    const model = await writeTinyModel(store, "/later", { graph: stubbornGraph(antialiasedResize, { after: true }) });
    expect(await look(model)).toMatchObject({
      trains: "head",
      flags: ["--unfreeze", "none"],
      steps: [{ phase: "head" }],
    });
  });

  test("is not trainable where there is no classifier to take off, and says what to name", async () => {
    const g = graphBuilder();
    const X = g.input("x", "float32", ["N", 3, 8, 8]);
    await store.write("/headless.onnx", encodeModel(modelOf(g.build([g.Flatten(g.GlobalAveragePool(X))]))));
    const found = await look("/headless.onnx");
    expect(found).toMatchObject({ trains: "nothing", steps: [] });
    expect(finding(found, "head")).toMatchObject({ verdict: "problem", hint: expect.stringContaining("--head-at") });
  });

  test("that is damaged is refused with a reason", async () => {
    const whole = await store.read(`${await writeTinyModel(store, "/whole")}/model.onnx`);
    await store.write("/cut.onnx", whole.slice(0, whole.length / 2));
    await expect(look("/cut.onnx")).rejects.toMatchObject({ code: "not-onnx" });
  });
});

describe("steps", () => {
  test("are run with the real program, and their memory is foreseen", async () => {
    const model = await writeTinyModel(store, "/models/tiny");
    const { steps } = await look(model, { measure: true, batch: 4 });
    for (const { measured, estimated, batch, notMeasured } of steps) {
      expect([batch, notMeasured]).toEqual([4, undefined]);
      expect(measured?.steps).toBeGreaterThanOrEqual(1);
      expect(measured?.seconds).toBeGreaterThan(0);
      const { peakBytes, heldBytes, stateBytes, constantBytes, arenaBytes } = estimated;
      expect(peakBytes - heldBytes).toBeGreaterThan(stateBytes + constantBytes + arenaBytes);
    }
    const [head, tune] = steps;
    expect(head?.measured?.frozenSecondsPerPicture).toBeGreaterThan(0);
    expect([tune?.cached, tune?.measured?.frozenSecondsPerPicture]).toEqual([false, undefined]);
    // Adam: a weight and two slots, each in two buffers, four bytes a number.
    expect(tune?.estimated.stateBytes).toBe((tune?.trained ?? 0) * 3 * 2 * 4);
  });

  test("are not run where they would not fit into memory", async () => {
    const model = await writeTinyModel(store, "/models/tiny");
    const small = { ...host, memory: smallMemory(1000) };
    const { steps } = await doctorModel({ model, batch: 4 }, small);
    for (const { measured, notMeasured } of steps) {
      expect([measured, notMeasured]).toEqual([undefined, expect.stringContaining("1.0 kB are free")]);
    }
  });

  test("of a larger batch take more memory", async () => {
    const model = await writeTinyModel(store, "/models/tiny");
    const total = async (batch: number) => (await look(model, { batch })).steps[1]?.estimated.arenaBytes ?? 0;
    // Not twice as much: the arena that it is taken from rounds.
    const ratio = (await total(32)) / (await total(16));
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.4);
  });
});

test("--gradcheck looks at the layers that are trained, the new head's too", async () => {
  const model = await writeTinyModel(store, "/stubborn", { graph: stubbornGraph(antialiasedResize) });
  const { gradients, findings } = await look(model, { gradcheck: true });
  expect(gradients?.layers.map(({ node, verdict }) => [node, verdict])).toEqual([
    ["Conv_2", "ok"],
    ["head.Gemm_1", "ok"],
  ]);
  expect(gradients?.of).toBe(2);
  expect(findings.at(-1)).toMatchObject({ check: "gradients", verdict: "ok" });
});

test("refuses an option that it does not have", async () => {
  const typo = { model: "/models/tiny", bach: 3 };
  await expect(doctorModel(typo, host)).rejects.toMatchObject({ code: "bad-option" });
  await expect(look("/models/tiny", { batch: 0 })).rejects.toMatchObject({ code: "bad-option" });
});

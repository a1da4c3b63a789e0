import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { counted, drawnTrainVal } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { changedWeights } from "../../test/fixtures/weights.ts";
import { sizeOf } from "../base/shape.ts";
import { decodeSafetensors, encodeSafetensors } from "../hub/safetensors.ts";
import { adam } from "../program/optimizers.ts";
import { dense, dropout, relu } from "../rewrite/layers.ts";
import { loadBase } from "./base-model.ts";
import { graft } from "./graft.ts";
import { loadAdapter } from "./load-adapter.ts";
import type { LoraOptions } from "./lora.ts";
import { loadTrained } from "./trained-model.ts";
import type { TransferModel } from "./transfer-model.ts";

const host = testHost();
const { store } = host;
await writeTinyModel(store, "/models/tiny");
await writeTinyModel(store, "/models/other", { file: "resnet.onnx" });
const base = await loadBase("/models/tiny", {}, host);
const data = drawnTrainVal({ classes: 5, perClass: 4 });
const pictures = await Promise.all([0, 1, 2, 3, 4].map((index) => data.val.load(index)));

const head = [dropout(0.2), dense(8), relu(), dense(5)] as const;
const headWeights = ["head.1.weight", "head.1.bias", "head.3.weight", "head.3.bias"];
/** The tiny network's pointwise convolutions: [outputs, inputs] by module. */
const pointwise = {
  "features.1.up.0": [32, 8],
  "features.1.proj.0": [12, 32],
  "features.2.up.0": [48, 12],
  "features.2.proj.0": [12, 48],
  "features.3.0": [32, 12],
} as const;

const compiled = { optimizer: adam({ learningRate: 0.02 }), loss: "softmaxCrossEntropy" } as const;
const grafted = () => graft(base, head, {}, host);

async function trained(options: LoraOptions = { rank: 3, alpha: 6 }): Promise<TransferModel> {
  const model = grafted();
  model.addLora(options);
  model.compile(compiled);
  await model.fit(data.train, { epochs: 3, batch: 8, validation: data.val });
  return model;
}

const logitsOf = async (model: Pick<TransferModel, "predict">) =>
  (await model.predict(pictures)).flatMap(({ logits }) => [...logits]);

describe("training adapters", () => {
  test("moves the factors and the new layers; every number of the base stays to the last bit", async () => {
    const model = grafted();
    model.addLora({ rank: 3 });
    const before = model.graph;
    const factors = Object.keys(pointwise).flatMap((module) => [`${module}.lora_A.weight`, `${module}.lora_B.weight`]);
    expect(new Set(model.trainable)).toEqual(new Set([...factors, ...headWeights]));
    model.compile(compiled);
    await model.fit(data.train, { epochs: 2, batch: 8 });
    expect(new Set(changedWeights(before, model.graph))).toEqual(new Set([...factors, ...headWeights]));
  });

  test("counts few weights as trained, and all others as frozen", () => {
    const plain = grafted();
    const model = grafted();
    model.addLora({ rank: 3 });
    const factors = Object.values(pointwise).reduce((sum, [outputs, inputs]) => sum + 3 * (outputs + inputs), 0);
    const { trainable, frozen } = plain.parameters;
    expect(model.parameters).toEqual({ trainable: trainable + factors, frozen });
  });

  test("starts from what the model computed before", async () => {
    const model = grafted();
    model.compile(compiled);
    await model.fit(data.train, { epochs: 1 });
    const before = await logitsOf(model);
    model.addLora({ rank: 2 });
    model.compile(compiled);
    expect(await logitsOf(model)).toEqual(before);
  });

  test("caches the features in front of the first adapter", async () => {
    const model = grafted();
    model.addLora({ rank: 2, targets: ["features.3.0"] });
    model.compile(compiled);
    const { dataset, reads } = counted(data.train);
    await model.fit(dataset, { epochs: 3 });
    expect(new Set(reads)).toEqual(new Set([1]));
  });

  test("adapts the part of the base that unfreeze names, and says what it left out", () => {
    const model = grafted();
    model.addLora({ rank: 2, unfreeze: { from: "/features/features.2/dw/dw.0/Conv" } });
    expect(model.lora?.lora.adapters.map(({ module }) => module)).toEqual(["features.2.proj.0", "features.3.0"]);
    expect(model.lora?.skipped).toEqual([{ module: "features.2.dw.0", reason: "it is a convolution in 48 groups" }]);
  });

  test("ends in mergeLora, after which the base can be unfrozen", async () => {
    const model = await trained();
    const before = await logitsOf(model);
    model.mergeLora();
    model.unfreeze("all");
    expect([...model.graph.initializers.keys()]).toEqual([...grafted().graph.initializers.keys()]);
    expect(model.trainable).toContain("features.0.0.weight");
    model.compile(compiled);
    expect(await logitsOf(model)).toEqual(before);
  });
});

describe("a saved adapter", () => {
  test("has PEFT's files, names and shapes", async () => {
    const model = await trained();
    await model.saveAdapter("/out/adapter");
    expect(await store.list("/out/adapter")).toEqual([
      "adapter_config.json",
      "adapter_model.safetensors",
      "regraft.json",
    ]);
    expect(JSON.parse(await store.readText("/out/adapter/adapter_config.json"))).toEqual({
      peft_type: "LORA",
      task_type: null,
      base_model_name_or_path: "/models/tiny",
      inference_mode: true,
      r: 3,
      lora_alpha: 6,
      lora_dropout: 0,
      bias: "none",
      fan_in_fan_out: false,
      init_lora_weights: true,
      use_dora: false,
      use_rslora: false,
      rank_pattern: {},
      alpha_pattern: {},
      target_modules: Object.keys(pointwise),
      modules_to_save: ["head.1", "head.3"],
    });
    const tensors = decodeSafetensors(await store.read("/out/adapter/adapter_model.safetensors"));
    const shapes = Object.entries(tensors).map(([key, { shape, dtype }]) => [key, `${dtype} ${shape}`]);
    const factors = Object.entries(pointwise).flatMap(([module, [outputs, inputs]]) => [
      [`base_model.model.${module}.lora_A.weight`, `float32 3,${inputs},1,1`],
      [`base_model.model.${module}.lora_B.weight`, `float32 ${outputs},3,1,1`],
    ]);
    expect(shapes).toEqual([
      ...factors,
      ["base_model.model.head.1.weight", "float32 8,32"],
      ["base_model.model.head.1.bias", "float32 8"],
      ["base_model.model.head.3.weight", "float32 5,8"],
      ["base_model.model.head.3.bias", "float32 5"],
    ]);
    const bytes = (await store.read("/out/adapter/adapter_model.safetensors")).byteLength;
    const numbers = Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(bytes).toBeLessThan(4 * numbers + 4096);
  });

  test("on its base again gives the same logits, to the last bit, and trains on", async () => {
    const model = await trained();
    await model.saveAdapter("/out/again");
    const again = await loadAdapter(await loadBase("/models/tiny", {}, host), "/out/again", {}, host);
    expect(again.classes).toEqual(data.train.classes);
    expect(await logitsOf(again)).toEqual(await logitsOf(model));
    const { loss } = await again.evaluate(data.train);
    await again.fit(data.train, { epochs: 6, batch: 8 });
    expect((await again.evaluate(data.train)).loss).toBeLessThan(loss);
    await again.saveAdapter("/out/again", { overwrite: true });
  });

  test("folded into the base is the model that save writes: no branch is left, the logits are the same", async () => {
    const model = await trained();
    await model.save("/out/model");
    const saved = await loadTrained("/out/model", {}, host);
    expect(await logitsOf(saved)).toEqual(await logitsOf(model));
    await saved.close();
    const { graph } = model.finished();
    expect([...graph.initializers.keys()].filter((name) => name.includes("lora"))).toEqual([]);
    expect(graph.nodes.length).toBe(grafted().graph.nodes.length);
  });

  test("is as good folded in as beside the weights", async () => {
    const model = grafted();
    model.addLora({ rank: 3 });
    model.compile(compiled);
    const { epochs } = await model.fit(data.train, { epochs: 2, batch: 8, validation: data.val });
    // The last epoch's loss was measured with branches, this one without.
    expect((await model.evaluate(data.val)).loss).toBeAllclose(epochs[1]?.valLoss ?? Number.NaN, { rtol: 1e-5 });
  });

  test("keeps a sigmoid's loss and what is multi-label", async () => {
    const model = grafted();
    model.addLora({ rank: 1 });
    model.compile({ optimizer: "adam", loss: "binaryCrossEntropy" });
    const several = { ...data.train, targets: () => [1, 0, 1, 0, 1] };
    await model.fit(several, { epochs: 1 });
    await model.saveAdapter("/out/several");
    const about: unknown = JSON.parse(await store.readText("/out/several/regraft.json"));
    expect(about).toMatchObject({ loss: { loss: "binaryCrossEntropy", label_smoothing: 0 }, multi_label: true, head });
    const again = await loadAdapter(base, "/out/several", {}, host);
    expect(again.finished().loss.activation).toBe("sigmoid");
  });
});

describe("mistakes with adapters", () => {
  test("adding them twice, unfreezing beside them, saving none", async () => {
    const model = grafted();
    await expect(model.saveAdapter("/out/none")).rejects.toMatchObject({ code: "no-adapter" });
    model.addLora({ rank: 2 });
    expect(() => model.addLora({ rank: 2 })).toThrow("The model has low-rank adapters already.");
    expect(() => model.unfreeze("all")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("mergeLora") }),
    );
    await expect(model.saveAdapter("/out/none")).rejects.toMatchObject({ code: "not-compiled" });
    expect(await store.kind("/out/none")).toBeUndefined();
  });

  test.each<readonly [LoraOptions, string, string]>([
    [{ rank: 0 }, "bad-option", "rank must be a whole number from 1"],
    [{ rank: 1.5 }, "bad-option", "rank must be a whole number from 1"],
    [{ rank: 100 }, "bad-option", "rank must be a whole number from 1 to 12"],
    [{ rank: 2, alpha: 0 }, "bad-option", "alpha must be a number above 0, not 0."],
    [{ rank: 2, targets: ["features.9"] }, "no-such-node", 'No layer to adapt is called "features.9".'],
    [{ rank: 2, targets: ["head.1"] }, "no-such-node", 'No layer to adapt is called "head.1".'],
    [{ rank: 2, targets: ["features.0.0"] }, "no-adapter", "its kernel is 3 x 3, not 1 x 1"],
    [{ rank: 2, unfreeze: "none" }, "no-adapter", "No layer takes a low-rank adapter."],
  ])("%j is refused, and changes nothing", (options, code, message) => {
    const model = grafted();
    const before = model.graph;
    expect(() => model.addLora(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect([model.graph, model.lora]).toEqual([before, undefined]);
  });

  test("an adapter on another base names the layer that is not there", async () => {
    await (await trained()).saveAdapter("/out/stray");
    const other = await loadBase("/models/other", {}, host);
    await expect(loadAdapter(other, "/out/stray", {}, host)).rejects.toMatchObject({
      code: "bad-adapter",
      message: 'The adapter adapts "features.1.up.0", and the base has no such layer.',
      hint: "It was trained on /models/tiny.",
    });
  });

  test.each([
    ["use_dora", true, 'adapter_config.json does not hold what it should at "use_dora": only false is read.'],
    ["rank_pattern", { up: 4 }, 'at "rank_pattern": a pattern of its own for some layers is not read.'],
    ["peft_type", "IA3", 'at "peft_type": only LORA is read.'],
    ["r", 4, 'says rank 4, and the factors of "features.1.up.0" are [3, 8, 1, 1] and [32, 3, 1, 1].'],
  ])("a config with another %s is refused", async (key, value, message) => {
    await (await trained()).saveAdapter("/out/odd", { overwrite: true });
    const path = "/out/odd/adapter_config.json";
    const config: object = JSON.parse(await store.readText(path));
    await store.write(path, JSON.stringify({ ...config, [key]: value }));
    await expect(loadAdapter(base, "/out/odd", {}, host)).rejects.toThrow(message);
  });

  test("an adapter without a part names it", async () => {
    await (await trained()).saveAdapter("/out/part", { overwrite: true });
    const path = "/out/part/adapter_model.safetensors";
    const whole = decodeSafetensors(await store.read(path));
    const without = async (key: string) => {
      const rest = Object.entries(whole).filter(([name]) => name !== `base_model.model.${key}`);
      await store.write(path, encodeSafetensors(Object.fromEntries(rest)));
      return loadAdapter(base, "/out/part", {}, host);
    };
    await expect(without("head.3.bias")).rejects.toThrow('The adapter holds no "head.3.bias" of its new layers.');
    await expect(without("features.3.0.lora_A.weight")).rejects.toThrow('one factor of "features.3.0", and no lora_A.');
    await expect(without("features.3.0.lora_B.weight")).rejects.toThrow('one factor of "features.3.0", and no lora_B.');
  });

  test("a folder without an adapter says which file is missing", async () => {
    await expect(loadAdapter(base, "/models/tiny", {}, host)).rejects.toMatchObject({
      code: "no-model",
      message: '"/models/tiny" holds no adapter: it has no adapter_config.json.',
    });
  });
});

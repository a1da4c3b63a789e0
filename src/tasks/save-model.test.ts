import { describe, expect, test } from "vitest";
import { testHost } from "../../test/fixtures/host.ts";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import type { Dataset } from "../data/dataset.ts";
import { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from "../program/losses.ts";
import { dense } from "../rewrite/layers.ts";
import { loadBase } from "./base-model.ts";
import { graft } from "./graft.ts";
import { openModel } from "./open-model.ts";
import { saveModel } from "./save-model.ts";
import { loadTrained } from "./trained-model.ts";
import type { TransferModel } from "./transfer-model.ts";

const host = testHost();
const { store } = host;
const [two, five] = [2, 5].map((classes) => drawnPictures({ classes, perClass: 3, seed: 1, size: 32 }));

async function trained(data: Dataset, units: number, loss: Loss): Promise<TransferModel> {
  await writeTinyModel(store, "/tiny");
  const model = graft(await loadBase("/tiny", {}, host), [dense(units)], { threads: 1 }, host);
  model.compile({ optimizer: "adam", loss });
  await model.fit(data, { epochs: 1 });
  return model;
}

const readConfig = async (): Promise<unknown> => JSON.parse(await store.readText("/out/config.json"));

/** As Dataset.targets of independent labels: the picture's own one, and the last one always. */
const independent = (data: Dataset): Dataset => ({
  ...data,
  targets: (index) => data.classes.map((_, at) => (at === data.label(index) || at === data.classes.length - 1 ? 1 : 0)),
});

interface Case {
  readonly data: Dataset | undefined;
  readonly units: number;
  readonly loss: Loss;
  readonly problem: string;
  /** Name and smoothing of the loss in the file. */
  readonly written: readonly [string, number];
}

const [single, multi] = ["single_label_classification", "multi_label_classification"];

describe.each<readonly [string, Case]>([
  [
    "mean squared error",
    { data: five, units: 5, loss: meanSquaredError(), problem: "regression", written: ["meanSquaredError", 0] },
  ],
  [
    "binary cross-entropy of independent labels",
    {
      data: five && independent(five),
      units: 5,
      loss: binaryCrossEntropy({ labelSmoothing: 0.1 }),
      problem: multi,
      written: ["binaryCrossEntropy", 0.1],
    },
  ],
  [
    "binary cross-entropy of two classes, which is saved as softmax",
    {
      data: two,
      units: 1,
      loss: binaryCrossEntropy({ labelSmoothing: 0.2 }),
      problem: single,
      written: ["softmaxCrossEntropy", 0.2],
    },
  ],
  [
    "binary cross-entropy of five classes that exclude each other",
    { data: five, units: 5, loss: binaryCrossEntropy(), problem: single, written: ["binaryCrossEntropy", 0] },
  ],
  [
    "softmax cross-entropy with smoothing",
    {
      data: five,
      units: 5,
      loss: softmaxCrossEntropy({ labelSmoothing: 0.1 }),
      problem: single,
      written: ["softmaxCrossEntropy", 0.1],
    },
  ],
])("a model saved with %s", (_, { data, units, loss, problem, written }) => {
  test("is measured and answers as before, from config.json alone", async () => {
    if (!data) throw new Error("no pictures");
    const model = await trained(data, units, loss);
    const multiLabel = data.targets !== undefined;
    await saveModel("/out", model.finished(), { base: model.base, multiLabel, overwrite: true }, host);
    const [name, smoothing] = written;
    expect(await readConfig()).toMatchObject({
      problem_type: problem,
      regraft: { loss: name, label_smoothing: smoothing },
    });
    const loaded = await loadTrained("/out", { threads: 1 }, host);
    const picture = await data.load(0);
    expect(await loaded.evaluate(data)).toEqual(await model.evaluate(data));
    expect(await loaded.predict([picture])).toEqual(await model.predict([picture]));
    await loaded.close();
  });
});

describe("a model without Regraft's part in its config.json", () => {
  test.each([
    [undefined, "softmaxCrossEntropy"],
    ["single_label_classification", "softmaxCrossEntropy"],
    ["multi_label_classification", "binaryCrossEntropy"],
    ["regression", "meanSquaredError"],
    ["something new", "softmaxCrossEntropy"],
  ])("of problem type %s is read as %s", async (problem_type, expected) => {
    await writeTinyModel(store, "/plain");
    const config: object = JSON.parse(await store.readText("/plain/config.json"));
    await store.write("/plain/config.json", JSON.stringify({ ...config, problem_type }));
    const { loss } = await openModel("/plain", host);
    expect([loss.name, loss.labelSmoothing]).toEqual([expected, 0]);
  });
});

test("a run and the model folder in it are one model, whatever run.json says", async () => {
  if (!five) throw new Error("no pictures");
  const model = await trained(five, 5, softmaxCrossEntropy({ labelSmoothing: 0.1 }));
  await model.save("/run/model");
  await store.write("/run/run.json", JSON.stringify({ loss: { name: "meanSquaredError", labelSmoothing: 0 } }));
  const [run, inside] = [await openModel("/run", host), await openModel("/run/model", host)];
  for (const { loss } of [run, inside]) expect([loss.name, loss.labelSmoothing]).toEqual(["softmaxCrossEntropy", 0.1]);
});

describe("a model saved in float16", () => {
  test("is half as large under transformers.js's name for it, and gives the logits within 1% of the largest", async () => {
    if (!five) throw new Error("no pictures");
    const model = await trained(five, 5, softmaxCrossEntropy());
    await model.save("/whole");
    await model.save("/half", { dtype: "float16" });
    const [plain, half] = [await store.read("/whole/onnx/model.onnx"), await store.read("/half/onnx/model_fp16.onnx")];
    // The nodes are text and are as long as before.
    expect(half.length).toBeLessThan(0.75 * plain.length);
    expect(JSON.parse(await store.readText("/half/config.json"))).toMatchObject({
      "transformers.js_config": { dtype: "fp16" },
    });
    const pictures = [await five.load(0), await five.load(5)];
    const loaded = await loadTrained("/half", { threads: 1 }, host);
    const [wanted, got] = [await model.predict(pictures), await loaded.predict(pictures)];
    for (const [at, { logits }] of wanted.entries()) {
      const most = Math.max(...logits.map(Math.abs));
      expect(got[at]?.logits ?? []).toBeAllclose(logits, { rtol: 0, atol: 0.01 * most });
    }
    expect((await loaded.evaluate(five)).loss).toBeCloseTo((await model.evaluate(five)).loss, 2);
    await loaded.close();
  });

  test("is a model folder: another model may take its place", async () => {
    if (!five) throw new Error("no pictures");
    const model = await trained(five, 5, softmaxCrossEntropy());
    await model.save("/again", { dtype: "float16" });
    await model.save("/again", { overwrite: true });
    expect(await store.list("/again/onnx")).toEqual(["model.onnx"]);
  });

  test("is not asked for under another name", async () => {
    if (!five) throw new Error("no pictures");
    const model = await trained(five, 5, softmaxCrossEntropy());
    const unknown = { dtype: "int4" as "float16" };
    await expect(model.save("/odd", unknown)).rejects.toThrow(
      expect.objectContaining({
        code: "bad-option",
        message: 'dtype must be one of float32, float16, not "int4".',
      }),
    );
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { diskHost, testHost } from "../../test/fixtures/host.ts";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { writeTinyModel } from "../../test/fixtures/tiny-model.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import { floats, numbersOf } from "../base/tensor.ts";
import type { RgbImage } from "../image/image.ts";
import { preprocess } from "../image/preprocess.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { explainingNames, explainingProgram } from "../program/explaining-program.ts";
import { binaryCrossEntropy, type Loss, softmaxCrossEntropy } from "../program/losses.ts";
import { findMap } from "../rewrite/find-map.ts";
import type { Finished } from "./classifier.ts";
import { Explainer, explainPicture, openExplainer } from "./explain.ts";
import { openModel } from "./open-model.ts";
import { loadTrained } from "./trained-model.ts";

const host = testHost();
const { store, decoder } = host;

/** 4 x 4 pixels as they are, values from 0 to 1. */
const plain: Preprocessing = {
  resize: { kind: "exact", width: 4, height: 4 },
  interpolation: "nearest",
  crop: undefined,
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: "RGB",
  layout: "NCHW",
};

/** Left half red, right half blue. */
const flag: RgbImage = {
  width: 4,
  height: 4,
  data: Uint8Array.from({ length: 48 }, (_, at) => {
    const isLeft = Math.floor(at / 3) % 4 < 2;
    return at % 3 === (isLeft ? 0 : 2) ? 255 : 0;
  }),
};
const left = [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
const right = left.map((value) => 1 - value);

/** Maps of what is red and what is blue, averaged, then times `rows`: a row for each logit. */
function colourModel(rows: readonly (readonly number[])[], loss: Loss, labels: readonly string[]): Finished {
  const logits = (g: GraphBuilder, X: Value) => {
    const pick = g.initializer("pick", floats([1, 0, 0, 0, 0, 1], [2, 3, 1, 1]));
    const pooled = g.Flatten(g.GlobalAveragePool(g.Conv(X, pick)));
    return g.Gemm(pooled, g.initializer("W", floats(rows.flat(), [rows.length, 2])), { transB: 1 });
  };
  const g = graphBuilder();
  const graph = g.build([g.named("logits", logits(g, g.input("picture", "float32", ["N", 3, 4, 4])))]);
  return { graph, labels, preprocessing: plain, loss };
}

/** The heat map of a class, its hottest place 1. */
async function heatOf(model: Finished, wanted: string | number): Promise<readonly number[]> {
  const explainer = await Explainer.open(model, {}, host);
  const { heat } = await explainer.explain(flag, { class: wanted });
  await explainer.close();
  const peak = Math.max(...heat.data);
  return [...heat.data].map((value) => value / (peak || 1));
}

describe("an explanation", () => {
  it("shows each class where it is", async () => {
    const model = colourModel(
      [
        [2, -1],
        [-1, 2],
        [0, 0],
      ],
      softmaxCrossEntropy(),
      ["red", "blue", "nothing"],
    );
    expect(await heatOf(model, "red")).toEqual(left);
    expect(await heatOf(model, "blue")).toEqual(right);
    expect(await heatOf(model, "nothing")).toEqual(left.map(() => 0));
  });

  it("of two classes whose first logit is 0, as Regraft saves them, shows both", async () => {
    const model = colourModel(
      [
        [0, 0],
        [-3, 3],
      ],
      softmaxCrossEntropy(),
      ["red", "blue"],
    );
    expect(await heatOf(model, "red")).toEqual(left);
    expect(await heatOf(model, "blue")).toEqual(right);
  });

  it("of a single logit shows the two classes that it decides between", async () => {
    const model = colourModel([[-3, 3]], binaryCrossEntropy(), ["red", "blue"]);
    expect(await heatOf(model, "red")).toEqual(left);
    expect(await heatOf(model, "blue")).toEqual(right);
  });

  it("of independent labels shows each by itself", async () => {
    const model = colourModel(
      [
        [3, 0],
        [3, 3],
      ],
      binaryCrossEntropy(),
      ["red", "any"],
    );
    expect(await heatOf(model, "red")).toEqual(left);
    expect(await heatOf(model, "any")).toEqual(left.map(() => 1));
  });

  it("refuses a gradient that cannot pass, and says which map to look at instead", async () => {
    const model = colourModel(
      [
        [1, 0],
        [0, 1],
      ],
      softmaxCrossEntropy(),
      ["red", "blue"],
    );
    const { graph } = model;
    const shape = ["N", 2] as const;
    const bent = {
      ...graph,
      nodes: [
        ...graph.nodes,
        { name: "bend", op: "Atan", domain: "", inputs: ["logits"], outputs: ["bent"], attributes: {} },
        { name: "back", op: "Reshape", domain: "", inputs: ["bent", "two"], outputs: ["end"], attributes: {} },
      ],
      initializers: new Map([...graph.initializers, ["two", { ...floats([]), ...twoColumns }] as const]),
      outputs: [{ name: "end", dtype: "float32", shape } as const],
    };
    await expect(Explainer.open({ ...model, graph: bent }, {}, host)).rejects.toMatchObject({
      code: "no-gradient",
      hint: "Look at a map behind that node: name the node that makes it.",
    });
  });
});

const twoColumns = { dtype: "int64", shape: [2], data: BigInt64Array.of(-1n, 2n) } as const;

describe("an explainer", () => {
  const picture = () => drawnPictures({ perClass: 1, size: 48 }).load(0);

  it("explains the predicted class by default, with the scores that predict gives", async () => {
    await writeTinyModel(store, "/tiny");
    const explainer = await openExplainer("/tiny", {}, host);
    const trained = await loadTrained("/tiny", {}, host);
    const [expected] = await trained.predict([await picture()], { top: 5 });
    const found = await explainer.explain(await picture());
    expect(found.class).toEqual(found.predicted);
    expect(found.class.label).toBe(expected?.label);
    expect(found.class.score).toBeCloseTo(expected?.score ?? Number.NaN, 6);
    expect(found.logits).toBeAllclose(expected?.logits ?? [], { rtol: 1e-5, atol: 1e-6 });
    expect(found.crop).toEqual({ left: 0, top: 0, width: 48, height: 48 });
    await explainer.close();
    await trained.close();
  });

  it("gives the heat that the explaining graph gives for the picture as the model sees it", async () => {
    await writeTinyModel(store, "/tiny");
    const model = await openModel("/tiny", host);
    const pixels = preprocess(await picture(), model.preprocessing);
    const outputs = await runInOnnxruntime(explainingProgram(model.graph, findMap(model.graph)), {
      [model.graph.inputs[0]?.name ?? ""]: floats(pixels, [1, 3, 32, 32]),
      [explainingNames.classWeights]: floats([0, 0, 0, 1, 0], [1, 5]),
    });
    const expected = outputs[explainingNames.heat];
    const found = await explainPicture("/tiny", await picture(), { class: "drum" }, host);
    expect(found.class.index).toBe(3);
    expect([found.heat.height, found.heat.width]).toEqual([8, 8]);
    expect(found.heat.data).toBeAllclose(expected ? numbersOf(expected) : [], { rtol: 1e-4, atol: 1e-7 });
  });

  it("draws overlays at the picture's size, or smaller ones, as PNG or JPEG", async () => {
    await writeTinyModel(store, "/tiny");
    const explainer = await openExplainer("/tiny", {}, host);
    const wide: RgbImage = { width: 90, height: 30, data: new Uint8Array(90 * 30 * 3).fill(200) };
    const found = await explainer.explain(wide);
    const whole = await explainer.overlay(wide, found);
    const small = await explainer.overlay(wide, found, { longSide: 45, format: "jpeg" });
    expect([...whole.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect([...small.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect(await decoder.decode(whole)).toMatchObject({ width: 90, height: 30 });
    expect(await decoder.decode(small)).toMatchObject({ width: 45, height: 15 });
    await explainer.close();
  });

  it("refuses unknown classes, options and maps", async () => {
    await writeTinyModel(store, "/tiny");
    const explainer = await openExplainer("/tiny", {}, host);
    await expect(explainer.explain(await picture(), { class: "drun" })).rejects.toMatchObject({
      code: "bad-option",
      hint: expect.stringMatching(/^Nearest names: "drum"/),
    });
    await expect(explainer.explain("/nowhere.png")).rejects.toMatchObject({ code: "no-such-file" });
    await explainer.close();
    await expect(openExplainer("/tiny", { at: "/nothing" }, host)).rejects.toMatchObject({ code: "no-such-node" });
  });
});

/** Where the object lies that gives each photo its name, in parts of width and height, by eye. */
const objects: Readonly<Record<string, readonly [left: number, top: number, right: number, bottom: number]>> = {
  n01560419_bulbul: [0.25, 0.22, 0.7, 0.72],
  n02077923_sea_lion: [0.33, 0.25, 0.7, 0.8],
  n03494278_harmonica: [0.4, 0.33, 1, 0.67],
  n03794056_mousetrap: [0.25, 0.2, 0.87, 0.88],
  n03935335_piggy_bank: [0.06, 0.04, 0.63, 0.9],
  n04127249_safety_pin: [0.33, 0.25, 1, 0.85],
  n07768694_pomegranate: [0.15, 0.05, 0.88, 0.93],
};

const real = shared("models/mobilenet_v2_1.0_224");

test.skipIf(!real)(`of photos the hottest place is on the object (${real ? "here" : whySkipped})`, async () => {
  const explainer = await openExplainer(real ?? "", {}, diskHost());
  for (const [name, [x0, y0, x1, y1]] of Object.entries(objects)) {
    const image = await decoder.decode(readFileSync(shared(`data/photos/${name}.JPEG`) ?? name));
    const { class: found, heat, crop } = await explainer.explain(image);
    expect(found.label.split(",")[0]).toBe(name.slice(10).replaceAll("_", " "));
    const hottest = heat.data.indexOf(Math.max(...heat.data));
    const [column, row] = [hottest % heat.width, Math.floor(hottest / heat.width)];
    const x = (crop.left + ((column + 0.5) / heat.width) * crop.width) / image.width;
    const y = (crop.top + ((row + 0.5) / heat.height) * crop.height) / image.height;
    expect([x > x0, x < x1, y > y0, y < y1], `${name}: ${x}, ${y}`).toEqual([true, true, true, true]);
  }
  await explainer.close();
});

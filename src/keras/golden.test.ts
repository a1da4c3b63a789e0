import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answers, comparedWithKeras, largestDifference } from "../../test/fixtures/keras.ts";
import { readNpz } from "../../test/fixtures/npz.ts";
import { shared, whySkipped } from "../../test/shared.ts";
import { floats, isDType, type Tensor } from "../base/tensor.ts";
import { acceptModel } from "../rewrite/accept.ts";
import { fixInput } from "../rewrite/input.ts";
import { kerasModel } from "./keras-file.ts";

const folder = shared("golden/keras");
const golden = (file: string): string => `${folder}/${file}`;
const modelOf = (file: string) => kerasModel(readFileSync(golden(file)));

describe.skipIf(folder === undefined)(`Keras' own files${folder === undefined ? ` (${whySkipped})` : ""}`, () => {
  test.each(["mini_vgg.keras", "mini_vgg.h5", "mobilenet_v2_035.keras", "mobilenet_v2_035.h5"])(
    "%s gives Keras' predictions, as it is and in Regraft's form",
    async (file) => {
      const arrays = readNpz(golden(file.replace(/\.\w+$/, ".npz")));
      const { model } = await modelOf(file);
      expect(model.graph.outputs[0]?.name).toBe("scores");
      for (const graph of [model.graph, acceptModel(model).model.graph]) {
        expect(largestDifference(await answers(graph, arrays("input")), arrays("output"))).toBeLessThan(2e-6);
      }
    },
  );

  test("mobilenet_v2_035.weights.h5 is known for what it is, and gives the logits of Keras' predictions", async () => {
    const arrays = readNpz(golden("mobilenet_v2_035.npz"));
    const { model, preparation } = await modelOf("mobilenet_v2_035.weights.h5");
    const graph = fixInput(model.graph, { height: 96, width: 96 });
    expect(largestDifference(softmax(await answers(graph, arrays("input"))), arrays("output"))).toBeLessThan(2e-6);
    expect(preparation?.source).toBe('keras.applications\' preprocess_input for "mobilenetv2" (by convention: resize)');
  });

  test("weights of a network that Keras does not publish are refused", async () => {
    await expect(modelOf("mini_vgg.weights.h5")).rejects.toMatchObject({ code: "unknown-network" });
  });

  test.each([
    ["resnet50", "ResNet50"],
    ["mobilenetv2", "MobileNetV2"],
  ])("%s of keras.applications has Keras' variables and logits", (name, file) =>
    comparedWithKeras(name, golden(`${file}.json`)),
  );
});

function softmax(logits: Tensor): Tensor {
  if (!isDType(logits, "float32")) throw new TypeError("logits are float32");
  const [rows = 0, classes = 0] = logits.shape;
  const values = Array.from({ length: rows }, (_, row) => {
    const exps = [...logits.data.subarray(row * classes, (row + 1) * classes)].map(Math.exp);
    const sum = exps.reduce((total, value) => total + value, 0);
    return exps.map((value) => value / sum);
  });
  return floats(values.flat(), logits.shape);
}

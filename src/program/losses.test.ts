import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import { modelOf } from "../onnx/model.ts";
import { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from "./losses.ts";

/** The loss of each row. */
async function lossesOf(loss: Loss, logits: readonly (readonly number[])[], targets: readonly (readonly number[])[]) {
  const width = logits[0]?.length ?? 0;
  const g = graphBuilder();
  const [z, t] = [g.input("z", "float32", ["N", width]), g.input("t", "float32", ["N", width])];
  const model = modelOf(g.build([g.named("losses", loss.perExample(g, z, t))]));
  const session = await ort.InferenceSession.create(encodeModel(model));
  const feed = (rows: readonly (readonly number[])[]) =>
    new ort.Tensor("float32", floats(rows.flat()).data, [rows.length, width]);
  const { losses } = await session.run({ z: feed(logits), t: feed(targets) });
  return Array.from(losses?.data ?? [], Number);
}

describe("softmax cross-entropy", () => {
  test("is −log of the true class's share", async () => {
    const rows = [
      [2, 1, 0],
      [0, 0, 0],
    ];
    const found = await lossesOf(softmaxCrossEntropy(), rows, [
      [1, 0, 0],
      [0, 0, 1],
    ]);
    const share = Math.exp(2) / (Math.exp(2) + Math.E + 1);
    expect(found).toBeAllclose([-Math.log(share), Math.log(3)], { rtol: 1e-6 });
  });

  test("with label smoothing mixes in the mean over classes, as PyTorch does", async () => {
    const found = await lossesOf(softmaxCrossEntropy({ labelSmoothing: 0.3 }), [[2, 1, 0]], [[1, 0, 0]]);
    const logSum = Math.log(Math.exp(2) + Math.E + 1);
    expect(found).toBeAllclose([0.7 * (logSum - 2) + 0.3 * (logSum - 1)], { rtol: 1e-6 });
  });

  test("stays finite where the logits are huge", async () => {
    expect(await lossesOf(softmaxCrossEntropy(), [[1e4, -1e4]], [[0, 1]])).toBeAllclose([2e4], { rtol: 1e-6 });
  });
});

describe("binary cross-entropy from logits", () => {
  test("is −log σ(z) for a true label and −log(1 − σ(z)) for a false one, averaged over labels", async () => {
    const found = await lossesOf(
      binaryCrossEntropy(),
      [
        [2, -1],
        [0, 0],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    );
    expect(found).toBeAllclose([(Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1))) / 2, Math.LN2], { rtol: 1e-6 });
  });

  test("stays finite where the logits are huge", async () => {
    expect(await lossesOf(binaryCrossEntropy(), [[1e4], [-1e4]], [[0], [1]])).toBeAllclose([1e4, 1e4], { rtol: 1e-6 });
  });

  test("on z equals softmax cross-entropy on [0, z], smoothed or not", async () => {
    for (const labelSmoothing of [0, 0.2]) {
      const single = await lossesOf(binaryCrossEntropy({ labelSmoothing }), [[1.7]], [[1]]);
      const double = await lossesOf(softmaxCrossEntropy({ labelSmoothing }), [[0, 1.7]], [[0, 1]]);
      expect(single).toBeAllclose(double, { rtol: 1e-6 });
    }
  });
});

test("mean squared error averages over the outputs", async () => {
  expect(
    await lossesOf(
      meanSquaredError(),
      [
        [1, 2],
        [0, 0],
      ],
      [
        [0, 4],
        [0, 0],
      ],
    ),
  ).toEqual([2.5, 0]);
});

test("options out of range are refused by name", () => {
  expect(() => softmaxCrossEntropy({ labelSmoothing: 1 })).toThrowError(/labelSmoothing/);
  expect(() => binaryCrossEntropy(JSON.parse('{ "smooth": 0.1 }'))).toThrowError(/no option "smooth"/);
});

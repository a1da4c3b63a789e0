import { describe, expect, test } from "vitest";
import { goldenGraph, goldenTensors } from "../../test/golden.ts";
import { random } from "../base/random.ts";
import { floats, numbersOf } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { softmaxCrossEntropy } from "../program/losses.ts";
import { sgd } from "../program/optimizers.ts";
import { type TrainingProgramOptions, trainingProgram } from "../program/training-program.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { nodeRuntime } from "../runtime/node/node-runtime.ts";
import type { Examples } from "./source.ts";
import { openTrainer, type Trainer } from "./trainer.ts";

async function withTrainer<T>(
  graph: Graph,
  options: Partial<TrainingProgramOptions>,
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const shared = { loss: softmaxCrossEntropy(), optimizer: sgd(), batchNorm: "training" } as const;
  const program = trainingProgram(graph, { ...shared, trainable: weightNames(graph), ...options });
  const workspace = await nodeRuntime.open({ threads: 1 });
  try {
    return await use(await openTrainer(program, workspace));
  } finally {
    await workspace.close();
  }
}

const step = (trainer: Trainer, batch: Examples, { accumulate = false } = {}) =>
  trainer.step(batch, { learningRate: 0.05, rng: random(0), accumulate });

describe("one step by the batch's own statistics equals PyTorch's", () => {
  // Of the golden exports those that keep BatchNormalization; the others merge it into the convolutions.
  const cases: readonly (readonly [file: string, layers: number, gradients: number])[] = [
    ["resnet.onnx", 10, 32],
    ["mobilenet.onnx", 8, 26],
    ["efficientnet.onnx", 8, 34],
    ["densenet.onnx", 2, 9],
    ["densenet.folded.onnx", 2, 9],
    ["densenet.dynamo.onnx", 2, 9],
  ];
  test.each(cases)("%s: %d layers", async (file, layers, gradients) => {
    const golden = goldenTensors(`${file.split(".")[0]}.safetensors`);
    const labels = numbersOf(golden("labels"));
    const batch: Examples = {
      indices: [0, 1, 2, 3],
      inputs: { input: golden("input") },
      targets: Float32Array.from(labels.flatMap((label) => [0, 1, 2, 3, 4].map((at) => (at === label ? 1 : 0)))),
    };
    const gradientSum = (name: string) => numbersOf(golden(`train.grad.${name}`)).map((mean) => mean * labels.length);
    await withTrainer(goldenGraph(file), { accumulate: 2 }, async (trainer) => {
      const { loss } = await step(trainer, batch, { accumulate: true });
      expect(loss).toBeAllclose(golden("train.loss"), { rtol: 1e-5 });
      const state = await trainer.state();
      const sums = Object.keys(state).filter((name) => name.startsWith("gradient_sum:"));
      const statistics = Object.keys(state).filter((name) => /running_(mean|var)$/.test(name));
      expect([statistics.length, sums.length]).toEqual([2 * layers, gradients]);
      const expected = new Map(sums.map((name) => [name, gradientSum(name.slice("gradient_sum:".length))]));
      const largest = Math.max(...[...expected.values()].flat().map(Math.abs));
      for (const [name, gradient] of expected) {
        // A shift that the next layer takes off again has no gradient: rounding is all that PyTorch has there.
        const atol = 2e-5 * Math.max(...gradient.map(Math.abs)) + 1e-7 * largest;
        expect(state[name]?.data ?? [], name).toBeAllclose(gradient, { rtol: 0, atol });
      }
      for (const name of statistics) {
        const buffer = numbersOf(golden(`train.buffer.${name}`));
        const atol = 1e-6 * Math.max(...buffer.map(Math.abs));
        expect(state[name]?.data ?? [], name).toBeAllclose(buffer, { rtol: 0, atol });
      }
    });
  });
});

/** Logits [N, 2] of X [N, 3]: normalized, then multiplied. */
function normalized(): Graph {
  const g = graphBuilder({ name: "normalized" });
  const X = g.input("X", "float32", ["N", 3]);
  const vector = (name: string, values: readonly number[]) => g.initializer(name, floats(values));
  const [scale, B] = [vector("scale", [1, 2, 0.5]), vector("B", [0.25, 0, -0.25])];
  const [mean, variance] = [vector("mean", [0, 1, 2]), vector("var", [1, 4, 0.25])];
  const Y = g.BatchNormalization(X, scale, B, mean, variance, { momentum: 0.75 });
  const W = g.initializer("W", floats([1, 0, 0, 1, 1, -1], [3, 2]));
  return g.build([g.named("logits", g.MatMul(Y, W))]);
}

const rows = (...values: readonly (readonly number[])[]): Examples => ({
  indices: values.map((_, at) => at),
  inputs: { X: floats(values.flat(), [values.length, 3]) },
  targets: Float32Array.from(values.flatMap(() => [1, 0])),
});

describe("running statistics", () => {
  test("keep `momentum` of the old and take the rest from the batch, the variance without bias", async () => {
    await withTrainer(normalized(), {}, async (trainer) => {
      await step(trainer, rows([1, 0, 3], [3, 4, 3]));
      const { mean, var: variance } = await trainer.weights();
      // Of the batch: means 2, 2, 3; variances over n − 1: 2, 8, 0.
      expect(mean?.data ?? []).toBeAllclose([0.5, 1.25, 2.25], { rtol: 1e-6 });
      expect(variance?.data ?? []).toBeAllclose([1.25, 5, 0.1875], { rtol: 1e-6 });
    });
  });

  test("are what evaluation normalizes by, and evaluation leaves them alone", async () => {
    await withTrainer(normalized(), { optimizer: sgd({ learningRate: 1e-30 }) }, async (trainer) => {
      await trainer.setState({ mean: floats([10, 20, 30]), var: floats([4, 4, 4]) });
      const before = await trainer.state();
      const { logits } = await trainer.evaluate(rows([10, 20, 30], [12, 20, 30]));
      // X̂ = 0, 0, 0 and 1, 0, 0 (but for epsilon), so Y is B, then B + scale₀
      expect(logits).toBeAllclose([0, 0.25, 1, 0.25], { atol: 1e-5 });
      expect(await trainer.state()).toEqual(before);
    });
  });

  test("follow every batch where several make one update", async () => {
    const [first, second] = [rows([1, 0, 3], [3, 4, 3]), rows([5, 5, 5], [7, 5, 9])];
    const oneByOne = await withTrainer(normalized(), {}, async (trainer) => {
      await step(trainer, first);
      await step(trainer, second);
      return trainer.weights();
    });
    const together = await withTrainer(normalized(), { accumulate: 2 }, async (trainer) => {
      await step(trainer, first, { accumulate: true });
      await step(trainer, second);
      return trainer.weights();
    });
    expect([together.mean, together.var]).toEqual([oneByOne.mean, oneByOne.var]);
  });

  test("stay as they are, and out of the state, where the layer is frozen or the mode is", async () => {
    for (const options of [{ trainable: ["W"] }, { batchNorm: "frozen" }] as const) {
      await withTrainer(normalized(), options, async (trainer) => {
        await step(trainer, rows([1, 0, 3], [3, 4, 3]));
        expect(Object.keys(await trainer.state())).not.toContain("mean");
      });
    }
  });

  test("that are computed, or shared, are refused: nothing could keep them", () => {
    const g = graphBuilder();
    const [X, C] = [g.input("X", "float32", ["N", 2]), g.initializer("C", floats([1, 1]))];
    const graph = g.build([
      g.named("logits", g.BatchNormalization(X, g.initializer("scale", floats([1, 1])), C, C, C)),
    ]);
    const options = { loss: softmaxCrossEntropy(), optimizer: sgd(), trainable: ["scale"] };
    expect(() => trainingProgram(graph, { ...options, batchNorm: "training" })).toThrow(
      /no running statistics of its own/,
    );
    expect(trainingProgram(graph, options).statistics).toEqual([]);
  });
});

test("a batch of one that has no variance is refused; one frozen is not", async () => {
  await withTrainer(normalized(), {}, async (trainer) => {
    expect(trainer.smallestBatch).toBe(2);
    await expect(step(trainer, rows([1, 0, 3]))).rejects.toMatchObject({ code: "batch-too-small" });
  });
  await withTrainer(normalized(), { batchNorm: "frozen" }, async (trainer) => {
    expect((await step(trainer, rows([1, 0, 3]))).loss).toBeGreaterThan(0);
  });
});

import { describe, expect, test } from "vitest";
import { goldenGraph, goldenTensors } from "../../test/golden.ts";
import { random } from "../base/random.ts";
import { floats, isDType, numbersOf, type Tensor } from "../base/tensor.ts";
import { type Loss, softmaxCrossEntropy } from "../program/losses.ts";
import { adam, adamw, type Optimizer, rmsprop, sgd } from "../program/optimizers.ts";
import { type TrainingProgramOptions, trainingProgram } from "../program/training-program.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { nodeRuntime } from "../runtime/node/node-runtime.ts";
import type { Examples } from "./source.ts";
import { openTrainer, type Trainer } from "./trainer.ts";

const network = goldenTensors("resnet.safetensors");

/** The golden batch, [4, 3, 32, 32], or some of its examples, with one-hot targets [N, 5]. */
function examples(...rows: readonly number[]): Examples {
  const indices = rows.length > 0 ? rows : [0, 1, 2, 3];
  const { data } = float32(network("input"));
  const labels = numbersOf(network("labels"));
  const size = 3 * 32 * 32;
  const pixels = indices.flatMap((row) => [...data.subarray(row * size, (row + 1) * size)]);
  const targets = indices.flatMap((row) => [0, 1, 2, 3, 4].map((label) => (label === labels[row] ? 1 : 0)));
  return {
    indices,
    inputs: { input: floats(pixels, [indices.length, 3, 32, 32]) },
    targets: Float32Array.from(targets),
  };
}

function float32(value: Tensor): Tensor<"float32"> {
  if (!isDType(value, "float32")) throw new Error(`${value.dtype} where float32 was expected`);
  return value;
}

async function withTrainer<T>(
  options: Partial<TrainingProgramOptions> & { readonly loss?: Loss; readonly optimizer: Optimizer },
  use: (trainer: Trainer) => Promise<T>,
): Promise<T> {
  const graph = goldenGraph("resnet.onnx");
  const program = trainingProgram(graph, { loss: softmaxCrossEntropy(), trainable: weightNames(graph), ...options });
  const workspace = await nodeRuntime.open({ threads: 1 });
  try {
    return await use(await openTrainer(program, workspace));
  } finally {
    await workspace.close();
  }
}

/** How far two sets of weights are apart: the largest difference, relative to each tensor's largest element. */
function furthest(mine: Readonly<Record<string, Tensor>>, theirs: (name: string) => Tensor): number {
  const distances = Object.entries(mine).map(([name, { data }]) => {
    const wanted = numbersOf(theirs(name));
    const scale = Math.max(...wanted.map(Math.abs), 1e-12);
    return Math.max(...wanted.map((value, at) => Math.abs(value - Number(data[at])))) / scale;
  });
  return Math.max(...distances);
}

const step = (
  trainer: Trainer,
  batch: Examples,
  options: { readonly learningRate: number; readonly accumulate?: boolean },
) => trainer.step(batch, { ...options, rng: random(0) });

describe("five steps on a ResNet equal PyTorch's", () => {
  const golden = goldenTensors("optimizers.safetensors");
  // Settings as in optimizers.json, beside the script that made them. Adam and RMSprop divide by the root of tiny squares,
  // which magnifies rounding.
  const cases: readonly [name: string, optimizer: Optimizer, tolerance: number][] = [
    ["sgd", sgd({ learningRate: 0.05 }), 1e-6],
    ["sgd_momentum", sgd({ learningRate: 0.05, momentum: 0.9 }), 1e-6],
    ["sgd_momentum_nesterov_wd", sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3 }), 1e-6],
    ["adam", adam({ learningRate: 1e-3 }), 1e-5],
    ["adamw", adamw({ learningRate: 1e-3, weightDecay: 0.05 }), 1e-5],
    ["rmsprop", rmsprop({ learningRate: 1e-3, decay: 0.9, momentum: 0.9 }), 2e-4],
  ];
  test.each(cases)("%s", async (name, optimizer, tolerance) => {
    await withTrainer({ optimizer }, async (trainer) => {
      const losses: number[] = [];
      for (let at = 0; at < 5; at++) {
        losses.push((await step(trainer, examples(), { learningRate: optimizer.learningRate })).loss);
      }
      expect(losses).toBeAllclose(golden(`${name}.loss`), { rtol: 1e-4 });
      const weights = await trainer.weights();
      expect(Object.keys(weights).length).toBe(32);
      expect(furthest(weights, (weight) => golden(`${name}.final.${weight}`))).toBeLessThan(tolerance);
    });
  });
});

test("two accumulated halves give the same weights as one whole batch", async () => {
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
  const whole = await withTrainer({ optimizer }, async (trainer) => {
    for (let at = 0; at < 2; at++) await step(trainer, examples(), { learningRate: 0.05 });
    return trainer.weights();
  });
  const halves = await withTrainer({ optimizer, accumulate: 2 }, async (trainer) => {
    for (let at = 0; at < 2; at++) {
      await step(trainer, examples(0, 1, 2), { learningRate: 0.05, accumulate: true });
      await step(trainer, examples(3), { learningRate: 0.05 });
    }
    return trainer.weights();
  });
  expect(furthest(halves, (name) => whole[name] ?? floats([]))).toBeLessThan(1e-5);
});

test("clipping scales the step so that the gradient's norm is the limit", async () => {
  const before = goldenGraph("resnet.onnx").initializers;
  const moved = await withTrainer({ optimizer: sgd({ learningRate: 1 }), clipNorm: 0.01 }, async (trainer) => {
    await step(trainer, examples(), { learningRate: 1 });
    return trainer.weights();
  });
  const squares = Object.entries(moved).flatMap(([name, { data }]) => {
    const old = numbersOf(before.get(name) ?? floats([]));
    return old.map((value, at) => (value - Number(data[at])) ** 2);
  });
  expect(Math.sqrt(squares.reduce((sum, square) => sum + square, 0))).toBeCloseTo(0.01, 5);
});

test("evaluation gives PyTorch's logits and loss, and changes nothing", async () => {
  await withTrainer({ optimizer: adam() }, async (trainer) => {
    const before = await trainer.state();
    const { losses, logits } = await trainer.evaluate(examples());
    expect(logits).toBeAllclose(network("logits"), { rtol: 1e-4, atol: 1e-5 });
    expect(losses.reduce((sum, loss) => sum + loss, 0) / 4).toBeAllclose(network("loss"), { rtol: 1e-5 });
    expect(await trainer.state()).toEqual(before);
  });
});

import { expect, test } from "vitest";
import { random } from "../base/random.ts";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from "../program/losses.ts";
import { sgd } from "../program/optimizers.ts";
import { trainingProgram } from "../program/training-program.ts";
import { nodeRuntime } from "../runtime/node/node-runtime.ts";
import { openTrainer } from "./trainer.ts";

const learningRate = 0.5;
const X = [
  [0.3, -1.2],
  [1.1, 0.4],
  [-0.7, 0.9],
  [0.2, 0.8],
];

interface Case {
  readonly loss: Loss;
  readonly W: readonly number[];
  readonly targets: readonly (readonly number[])[];
  readonly classWeights: readonly number[];
  /** The plain loss of an example, in float64. */
  readonly plain: (logits: readonly number[], target: readonly number[]) => number;
  /** What each example weighs. */
  readonly weights: readonly number[];
}

const oneHot = [
  [1, 0, 0],
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
];
const softmaxLoss = (smoothing: number) => (z: readonly number[], t: readonly number[]) => {
  const log = Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0));
  return z.reduce((sum, value, at) => sum - ((1 - smoothing) * (t[at] ?? 0) + smoothing / 3) * (value - log), 0);
};
const W = [0.2, -0.5, 0.7, -0.3, 0.1, 0.4];
const shared = { W, targets: oneHot, classWeights: [2, 0.5, 3], weights: [2, 3, 0.5, 2] };

const cases: readonly (readonly [string, Case])[] = [
  ["softmax", { ...shared, loss: softmaxCrossEntropy(), plain: softmaxLoss(0) }],
  [
    "softmax with label smoothing",
    { ...shared, loss: softmaxCrossEntropy({ labelSmoothing: 0.2 }), plain: softmaxLoss(0.2) },
  ],
  [
    "squared error",
    {
      ...shared,
      loss: meanSquaredError(),
      plain: (z, t) => z.reduce((sum, value, at) => sum + (value - (t[at] ?? 0)) ** 2, 0) / 3,
    },
  ],
  [
    "a single logit of two classes",
    {
      loss: binaryCrossEntropy(),
      W: [0.6, -0.4],
      targets: [[1], [0], [0], [1]],
      classWeights: [0.25, 4],
      plain: ([z = 0], [t = 0]) => Math.log(1 + Math.exp(z)) - z * t,
      weights: [4, 0.25, 0.25, 4],
    },
  ],
];

/** The mean of weighted losses, for weights W [2, C]. */
function lossAt({ targets, plain, weights }: Case, w: readonly number[]): number {
  const width = w.length / 2;
  const losses = X.map((x, row) => {
    const logits = Array.from(
      { length: width },
      (_, at) => (x[0] ?? 0) * (w[at] ?? 0) + (x[1] ?? 0) * (w[width + at] ?? 0),
    );
    return (weights[row] ?? 0) * plain(logits, targets[row] ?? []);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** W after one step by central differences of the loss. */
function stepped(one: Case): readonly number[] {
  const h = 1e-5;
  return one.W.map((value, at) => {
    const moved = (by: number) => lossAt(one, one.W.with(at, value + by));
    return value - (learningRate * (moved(h) - moved(-h))) / (2 * h);
  });
}

async function trained(one: Case, batches: readonly (readonly number[])[]) {
  const width = one.W.length / 2;
  const g = graphBuilder({ name: "net" });
  const logits = g.MatMul(g.input("X", "float32", ["N", 2]), g.initializer("W", floats([...one.W], [2, width])));
  const { loss, classWeights } = one;
  const accumulate = batches.length;
  const program = trainingProgram(g.build([g.named("logits", logits)]), {
    ...{ trainable: ["W"], optimizer: sgd(), loss, classWeights, accumulate },
  });
  const workspace = await nodeRuntime.open({ threads: 1 });
  try {
    const trainer = await openTrainer(program, workspace);
    const examples = (rows: readonly number[]) => ({
      indices: rows,
      inputs: {
        X: floats(
          rows.flatMap((row) => X[row] ?? []),
          [rows.length, 2],
        ),
      },
      targets: Float32Array.from(rows.flatMap((row) => one.targets[row] ?? [])),
    });
    const all = [0, 1, 2, 3];
    const { losses: judged } = await trainer.evaluate(examples(all));
    const steps: number[] = [];
    for (const [at, rows] of batches.entries()) {
      const last = at === batches.length - 1;
      const { loss: told } = await trainer.step(examples(rows), { learningRate, rng: random(0), accumulate: !last });
      steps.push(told);
    }
    return { W: (await trainer.weights()).W?.data ?? [], judged, steps };
  } finally {
    await workspace.close();
  }
}

test.each(cases)("each example weighs what its class does: %s", async (_, one) => {
  const { W: found, judged, steps } = await trained(one, [[0, 1, 2, 3]]);
  expect(found).toBeAllclose(stepped(one), { rtol: 1e-5, atol: 1e-6 });
  expect(steps).toBeAllclose([lossAt(one, one.W)], { rtol: 1e-5 });
  // Evaluation takes all alike.
  const plain = { ...one, weights: [1, 1, 1, 1] };
  expect(judged.reduce((sum, loss) => sum + loss, 0) / 4).toBeCloseTo(lossAt(plain, one.W), 5);
});

test.each(cases)("so it does where batches are accumulated: %s", async (_, one) => {
  const { W: found } = await trained(one, [[0, 1, 2], [3]]);
  expect(found).toBeAllclose(stepped(one), { rtol: 1e-5, atol: 1e-6 });
});

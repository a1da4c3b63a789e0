import { expect, test } from "vitest";
import { goldenGraph } from "../../test/golden.ts";
import { zeros } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { weightNames } from "../rewrite/trainable.ts";
import { architecture } from "../zoo/architecture.ts";
import { stepWork, sumOfWork, totalWork } from "./step-work.ts";

/** Two convolutions of 3 to 4 to 5 channels, 8 × 8 pixels, and a Gemm with a bias. */
function network() {
  const g = graphBuilder();
  const weight = (name: string, ...shape: readonly number[]) => g.initializer(name, zeros("float32", shape));
  const pads = [1, 1, 1, 1];
  const X = g.input("X", "float32", ["N", 3, 8, 8]);
  const first = g.Relu(g.Conv(X, weight("W1", 4, 3, 3, 3), weight("b1", 4), { pads }));
  const second = g.Relu(g.Conv(first, weight("W2", 5, 4, 1, 1)));
  const features = g.Flatten(g.GlobalAveragePool(second));
  return g.build([g.Gemm(features, weight("W3", 2, 5), weight("b3", 2), { transB: 1 })]);
}

const conv1 = 4 * 64 * 27;
const conv2 = 5 * 64 * 4;
const gemm = 10;

const work = (trainable: readonly string[], N = 1) =>
  sumOfWork(stepWork(network(), { trainable, extents: { N } }).values());

test("each product whose gradient is needed costs what it costs forward; the first layer needs none by the picture", () => {
  expect(work(["W1", "b1", "W2", "W3", "b3"])).toEqual({
    forward: conv1 + conv2 + gemm,
    dX: conv2 + gemm,
    dW: conv1 + conv2 + gemm,
  });
});

test("behind the first layer that is trained alone", () => {
  expect(work([])).toEqual({ forward: conv1 + conv2 + gemm, dX: 0, dW: 0 });
  expect(work(["W3", "b3"])).toEqual({ forward: conv1 + conv2 + gemm, dX: 0, dW: gemm });
  expect(work(["W2", "b3"])).toEqual({ forward: conv1 + conv2 + gemm, dX: gemm, dW: conv2 });
  expect(work(["b3"])).toMatchObject({ dX: 0, dW: 0 });
});

test("of a batch is so many times that of a picture", () => {
  const [one, sixteen] = [work(["W1", "W2", "W3"]), work(["W1", "W2", "W3"], 16)];
  expect(totalWork(sixteen)).toBe(16 * totalWork(one));
});

test("attention has no weights in its products: both of their gradients are by activations", () => {
  const graph = goldenGraph("vit.onnx");
  const rows = [...stepWork(graph, { trainable: weightNames(graph), extents: { N: 1 } })];
  const attention = rows.filter(([{ inputs }]) => inputs.every((name) => !graph.initializers.has(name)));
  expect(attention.length).toBeGreaterThan(0);
  for (const [, { forward, dX, dW }] of attention) expect([dX, dW]).toEqual([2 * forward, 0]);
});

// torchvision's table of its models calls them GFLOPS
test.each([
  ["resnet18", 1.81],
  ["resnet34", 3.66],
  ["resnet50", 4.09],
  ["resnet101", 7.8],
  ["resnet152", 11.51],
  ["vgg16", 15.47],
  ["vgg16_bn", 15.47],
  ["vgg19", 19.63],
  ["mobilenet_v2", 0.3],
])("%s takes %d billion multiply-adds for a picture", (name, billions) => {
  const graph = architecture(name, { weights: (_, shape) => zeros("float32", shape) });
  const { forward } = sumOfWork(stepWork(graph, { trainable: [], extents: { N: 1 } }).values());
  expect((forward / 1e9).toFixed(2)).toBe(billions.toFixed(2));
});

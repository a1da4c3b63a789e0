import { expect, test } from "vitest";
import { goldenGraph } from "../test/golden.ts";
import { baseWeights } from "./base-weights.ts";

test("kernels and biases come in the order in which the graph runs them", () => {
  const weights = Object.entries(baseWeights(goldenGraph("mobilenet.folded.onnx")));
  expect(weights.slice(0, 6).map(([name, { shape }]) => `${name} ${shape}`)).toMatchInlineSnapshot(`
    [
      "0.kernel 8,3,3,3",
      "0.bias 8",
      "1.kernel 32,8,1,1",
      "1.bias 32",
      "2.kernel 32,1,3,3",
      "2.bias 32",
    ]
  `);
});

test("a convolution without a bias is refused by name", () => {
  expect(() => baseWeights(goldenGraph("mobilenet.onnx"))).toThrow("has no kernel and bias to hand to the peers.");
});

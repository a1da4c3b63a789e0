import { expect, test } from "vitest";
import { tensor } from "../../base/tensor.ts";
import { graphBuilder } from "../../onnx/builder.ts";
import { backward } from "../backward.ts";

/** Differentiates Dropout by its data, its mode given as a constant or from outside. */
function differentiate(training: boolean | undefined) {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  const mode =
    training === undefined
      ? g.input("mode", "bool", [])
      : g.constant(tensor("bool", [], Uint8Array.of(Number(training))));
  const Y = g.Dropout(X, g.float(0.5), mode);
  return backward(g, { nodes: g.nodes(), output: Y, wrt: ["X"], seed: g.input("dY", "float32", Y.shape) });
}

test("Dropout in training mode is refused by name, whether a constant says so or the run might", () => {
  for (const training of [true, undefined]) {
    expect(() => differentiate(training)).toThrow(/No gradient passes Dropout .* draws a mask/);
  }
});

test("Dropout at inference passes the gradient on as it is", () => {
  expect(differentiate(false).get("X")?.name).toBe("dY");
});

import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { meanSquaredError } from "./losses.ts";
import { adam, sgd } from "./optimizers.ts";
import { leastBytes } from "./step-memory.ts";
import { trainingProgram } from "./training-program.ts";

/** logits [N, 2] = Erf(X·frozen)·trained, X [N, 8], frozen [8, 4], trained [4, 2]. */
function graph(): Graph {
  const g = graphBuilder();
  const weight = (name: string, rows: number, columns: number) =>
    g.initializer(name, floats(new Float32Array(rows * columns), [rows, columns]));
  const hidden = g.Erf(g.MatMul(g.input("X", "float32", ["N", 8]), weight("frozen", 8, 4)));
  return g.build([g.MatMul(hidden, weight("trained", 4, 2))]);
}

const program = (optimizer = sgd()) =>
  trainingProgram(graph(), { trainable: ["trained"], loss: meanSquaredError(), optimizer });

test("the least is everything once, with no room to spare", () => {
  const [one, many] = [leastBytes(program(), 1), leastBytes(program(), 1001)];
  const perExample = (many - one) / 1000;
  // X and targets are fed; the hidden layer waits for the backward pass beside the logits' gradient.
  expect(perExample).toBeGreaterThanOrEqual((8 + 2 + 4 + 2) * 4);
  expect(perExample).toBeLessThanOrEqual((8 + 2 + 4 + 2 + 8) * 4);
  // Frozen [8, 4] and trained [4, 2], and the scalars of a step.
  expect(one - perExample).toBeGreaterThanOrEqual((32 + 8) * 4);
  expect(one - perExample).toBeLessThanOrEqual((32 + 8 + 32) * 4);
});

test("an optimizer's slots are there as weights are", () => {
  expect(leastBytes(program(adam()), 1) - leastBytes(program(), 1)).toBeGreaterThanOrEqual(2 * 8 * 4);
});

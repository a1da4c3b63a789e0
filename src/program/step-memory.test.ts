import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { meanSquaredError } from "./losses.ts";
import { adam, sgd } from "./optimizers.ts";
import { activationCopies, leastBytes, stepMemory } from "./step-memory.ts";
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

test("state is counted in both of its buffers, a slot of the optimizer like a weight", () => {
  expect(stepMemory(program(), { batch: 1 }).stateBytes).toBe(2 * 8 * 4);
  expect(stepMemory(program(adam()), { batch: 1 }).stateBytes).toBe(2 * 3 * 8 * 4);
});

test("frozen weights are counted in each graph that holds them", () => {
  const alone = stepMemory(program(), { batch: 1 });
  const beside = stepMemory(program(), { batch: 1, prefix: { graph: graph(), batch: 1 } });
  expect(alone.frozenBytes).toBeGreaterThanOrEqual(2 * 32 * 4);
  expect(beside.frozenBytes - alone.frozenBytes).toBe((32 + 8) * 4);
});

test("activations grow with the batch, and are there as often as the engine lays them out", () => {
  const [one, many] = [1, 1001].map((batch) => stepMemory(program(), { batch }));
  const perExample = ((many?.activationBytes ?? 0) - (one?.activationBytes ?? 0)) / 1000;
  // X and targets are fed; the hidden layer waits for the backward pass beside the logits' gradient.
  expect(perExample).toBeGreaterThanOrEqual((8 + 2 + 4 + 2) * 4);
  expect(perExample).toBeLessThanOrEqual((8 + 2 + 4 + 2 + 8) * 4);
  const { frozenBytes = 0, stateBytes = 0, activationBytes = 0, totalBytes } = many ?? {};
  expect(totalBytes).toBe(frozenBytes + stateBytes + activationCopies * activationBytes);
});

test("the least is everything once, with no room to spare", () => {
  const { frozenBytes, activationBytes } = stepMemory(program(), { batch: 10 });
  const least = leastBytes(program(), 10);
  // The weight of 4 x 2 is state; the scalars of a step come with it.
  expect(least).toBeGreaterThanOrEqual(activationBytes + 8 * 4 + 32 * 4);
  expect(least).toBeLessThanOrEqual(activationBytes + 8 * 4 + frozenBytes);
});

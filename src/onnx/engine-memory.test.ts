import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder, type Value } from "./builder.ts";
import { engineMemory } from "./engine-memory.ts";

const batch = 10_000;
/** Of one tensor [N, 4]. */
const tensorBytes = batch * 4 * 4;

function memory(build: (g: ReturnType<typeof graphBuilder>, X: Value) => Value, elsewhere: readonly string[] = []) {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  return engineMemory(g.build([build(g, X)]), { extents: { N: batch }, elsewhere });
}

/** In tensors, up to the arena's grain. */
const tensors = (found: { readonly arenaBytes: number }) => found.arenaBytes / tensorBytes;

test("counts constants, and results as long as somebody is to read them", () => {
  const found = memory((g, X) => g.Erf(g.Erf(g.MatMul(X, g.initializer("W", floats(new Float32Array(16), [4, 4]))))));
  expect(found).toMatchObject({ constantBytes: 64, unknown: [] });
  expect(tensors(found)).toBeCloseTo(2, 2);
  expect(found.reservedBytes).toBe(2 ** 20);
});

test("goes by the engine's order: a gradient does not wait for the others", () => {
  // In the order of the graph four results would be alive at once.
  const found = memory((g, X) => {
    const first = g.Erf(X);
    const sums = [1, 2, 3].map(() => g.ReduceSum(g.Erf(first), undefined, { keepdims: 0 }));
    return sums.reduce((sum, next) => g.Add(sum, next));
  });
  expect(tensors(found)).toBeCloseTo(2, 1);
});

test("an activation is written over what it is of", () => {
  const found = memory((g, X) => g.ReduceSum(g.HardSigmoid(g.Relu(g.Erf(X))), undefined, { keepdims: 0 }));
  expect(tensors(found)).toBeCloseTo(1, 2);
});

test("what the caller has memory for is not counted", () => {
  expect(tensors(memory((g, X) => g.Erf(g.Erf(X)), ["Erf_2"]))).toBeCloseTo(1, 2);
});

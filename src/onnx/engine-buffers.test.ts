import { expect, test } from "vitest";
import { graphBuilder, type Value } from "./builder.ts";
import { engineBuffers } from "./engine-buffers.ts";
import { inferShapes } from "./shapes/infer.ts";

type Build = (g: ReturnType<typeof graphBuilder>, X: Value) => Value;

/** "Erf_1 0-3": the first tensor of each buffer, and the nodes between which it is kept. X is [10, 4]. */
function buffers(build: Build, elsewhere: readonly string[] = []): readonly string[] {
  const g = graphBuilder();
  const graph = g.build([build(g, g.input("X", "float32", [10, 4]))]);
  const known = inferShapes(graph);
  const kindOf = (name: string) => known.get(name)?.shape?.join();
  const found = engineBuffers(graph, { kindOf, elsewhere: new Set(elsewhere) });
  return found.map(({ first, from, to }) => `${first} ${from}-${to}`);
}

test("a buffer lives from its node to the last that reads it, that of an output to the end", () => {
  expect(buffers((g, X) => g.Erf(g.Erf(X)))).toEqual(["Erf_1 0-1", "Erf_2 1-2"]);
});

test("a view keeps what it looks at", () => {
  expect(buffers((g, X) => g.Erf(g.Reshape(g.Erf(X), g.ints([4, 10]))))).toEqual(["Erf_1 0-2", "Erf_2 2-3"]);
});

test("an activation is written over what nobody else reads, but never over an input of the graph", () => {
  expect(buffers((g, X) => g.Erf(g.Relu(g.Relu(X))))).toEqual(["Relu_1 0-2", "Erf_1 2-3"]);
  const read = buffers((g, X) => {
    const Y = g.Erf(X);
    return g.Erf(g.Mul(g.Relu(Y), Y));
  });
  expect(read).toEqual(["Erf_1 0-2", "Relu_1 1-3", "Erf_2 3-4"]);
});

test("a tensor goes into a free buffer of its shape, which is kept in between", () => {
  const sum = (g: ReturnType<typeof graphBuilder>, Y: Value) => g.ReduceSum(Y, g.ints([0]));
  const found = buffers((g, X) => {
    const first = sum(g, g.Erf(X));
    const wide = sum(g, g.Concat(X, X, { axis: 1 }));
    return g.Concat(first, wide, sum(g, g.Erf(X)), { axis: 1 });
  });
  // The second Erf, node 4, goes where the first was: not free for the wide tensor, nodes 2 and 3.
  expect(found).toEqual([
    "Erf_1 0-5",
    "ReduceSum_1 1-6",
    "Concat_1 2-3",
    "ReduceSum_2 3-6",
    "ReduceSum_3 5-6",
    "Concat_2 6-7",
  ]);
});

test("what the caller has memory for has no buffer", () => {
  expect(buffers((g, X) => g.Erf(g.Erf(X)), ["Erf_2"])).toEqual(["Erf_1 0-1"]);
});

import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { graphBuilder, type Value } from "./builder.ts";
import { footprint } from "./memory.ts";

/** Takes [N, 4] float32: 16 bytes an example. */
function peak(build: (g: ReturnType<typeof graphBuilder>, X: Value) => Value, elsewhere: readonly string[] = []) {
  const g = graphBuilder();
  const X = g.input("X", "float32", ["N", 4]);
  return footprint(g.build([build(g, X)]), { extents: { N: 10 }, elsewhere });
}

test("counts inputs, constants and results, with the batch put in", () => {
  const found = peak((g, X) => g.MatMul(X, g.initializer("W", floats(new Float32Array(12), [4, 3]))));
  expect(found).toMatchObject({ constantBytes: 48, inputBytes: 160, peakBytes: 120, unknown: [] });
});

test("a result lives from its node to its last reader", () => {
  const chain = peak((g, X) => g.Erf(g.Erf(g.Erf(X))));
  expect(chain.peakBytes).toBe(2 * 160);
  const kept = peak((g, X) => {
    const first = g.Erf(X);
    return g.Concat(g.Erf(g.Erf(first)), first, { axis: 1 });
  });
  expect(kept.peakBytes).toBe(2 * 160 + 320);
  expect(kept.peakAt?.op).toBe("Concat");
});

test("a view takes nothing, and keeps what it looks at alive", () => {
  const viewed = peak((g, X) => {
    const Y = g.Erf(X);
    const seen = g.Reshape(Y, g.ints([-1, 2, 2]));
    return g.Concat(g.Erf(g.Erf(Y)), g.Reshape(seen, g.ints([-1, 4])), { axis: 1 });
  });
  expect(viewed.peakBytes).toBe(2 * 160 + 320);
});

test("an elementwise op writes over what nobody reads any more, but never over an input", () => {
  expect(peak((g, X) => g.Relu(g.Relu(X))).peakBytes).toBe(160);
  const read = peak((g, X) => {
    const Y = g.Erf(X);
    return g.Add(g.Relu(Y), Y);
  });
  expect(read.peakBytes).toBe(2 * 160);
});

test("outputs that the caller has memory for are not counted", () => {
  expect(peak((g, X) => g.named("out", g.Erf(g.Erf(X))), ["out"]).peakBytes).toBe(160);
});

test("names results whose size it cannot tell", () => {
  const found = peak((g, X) => g.Concat(X, g.input("more", "float32", ["M", 4]), { axis: 0 }));
  expect(found.unknown).toEqual(["Concat_1"]);
});

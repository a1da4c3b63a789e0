import { expect, test } from "vitest";
import { zeros } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "./builder.ts";
import { multiplyAddsOf } from "./multiply-adds.ts";

/** Of the graph's nodes in order; X is [N, 6, 8, 10]. */
function counts(build: (g: GraphBuilder, X: Value) => Value, N = 2): readonly number[] {
  const g = graphBuilder();
  const Y = build(g, g.input("X", "float32", ["N", 6, 8, 10]));
  return [...multiplyAddsOf(g.build([Y]), { extents: { N } }).values()];
}

const weight = (g: GraphBuilder, shape: readonly number[]) => g.initializer(`W${shape}`, zeros("float32", shape));

test("of a convolution: the kernel and the inputs of a group, for each output", () => {
  const pads = [1, 1, 1, 1];
  expect(counts((g, X) => g.Conv(X, weight(g, [4, 6, 3, 3]), undefined, { pads }))).toEqual([2 * 4 * 8 * 10 * 6 * 9]);
  const strided = (g: GraphBuilder, X: Value) =>
    g.Conv(X, weight(g, [12, 2, 3, 3]), weight(g, [12]), { group: 3, strides: [2, 2], pads });
  expect(counts(strided)).toEqual([2 * 12 * 4 * 5 * 2 * 9]);
  expect(counts((g, X) => g.Conv(X, weight(g, [6, 1, 1, 1]), undefined, { group: 6 }))).toEqual([2 * 6 * 8 * 10]);
});

test("of a transposed convolution: the kernel and the outputs of a group, for each input", () => {
  const doubled = (g: GraphBuilder, X: Value) =>
    g.ConvTranspose(X, weight(g, [6, 2, 2, 2]), undefined, { group: 2, strides: [2, 2] });
  expect(counts(doubled)).toEqual([2 * 6 * 8 * 10 * 2 * 4]);
});

test("of matrix products: rows, columns and what is summed over, whatever is transposed or repeated", () => {
  expect(counts((g, X) => g.MatMul(X, weight(g, [10, 7])))).toEqual([2 * 6 * 8 * 10 * 7]);
  expect(counts((g, X) => g.MatMul(weight(g, [5, 1, 3, 8]), g.Unsqueeze(X, g.ints([1]))))).toEqual([
    2 * 5 * 6 * 3 * 10 * 8,
  ]);
  expect(counts((g, X) => g.MatMul(weight(g, [3, 8]), X))).toEqual([2 * 6 * 3 * 8 * 10]);
  const flat = (g: GraphBuilder, X: Value) => g.Flatten(X);
  expect(counts((g, X) => g.Gemm(flat(g, X), weight(g, [480, 5]), weight(g, [5])))).toEqual([2 * 480 * 5]);
  expect(counts((g, X) => g.Gemm(flat(g, X), weight(g, [5, 480]), undefined, { transB: 1 }))).toEqual([2 * 480 * 5]);
  expect(counts((g, X) => g.Gemm(flat(g, X), weight(g, [2, 5]), undefined, { transA: 1 }))).toEqual([2 * 480 * 5]);
});

test("of sums over named axes: one for each point of all axes, and one more for each operand beyond two", () => {
  const equation = "nchw,wk->nchk";
  expect(counts((g, X) => g.Einsum(X, weight(g, [10, 7]), { equation }))).toEqual([2 * 6 * 8 * 10 * 7]);
});

test("all other ops count as nothing, and so does what depends on an unknown extent", () => {
  expect(counts((g, X) => g.Relu(g.Add(X, X)))).toEqual([]);
  const g = graphBuilder();
  const Y = g.MatMul(g.input("X", "float32", ["M", 3]), weight(g, [3, 2]));
  expect([...multiplyAddsOf(g.build([Y]), { extents: {} })]).toEqual([]);
});

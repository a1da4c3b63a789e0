import { describe, expect, it } from "vitest";
import { random } from "../base/random.ts";
import { floats, numbersOf, type Tensor } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { resetWeights } from "./reset-weights.ts";

const sevens = (...shape: number[]): Tensor<"float32"> =>
  floats(new Float32Array(shape.reduce((size, extent) => size * extent, 1)).fill(7), shape);

/** [N, 3, 8, 8] to [N, 5]: a row of the table each, and a constant that is no weight. */
function network(): Graph {
  const g = graphBuilder();
  const scaled = g.Mul(g.input("x", "float32", ["N", 3, 8, 8]), g.initializer("pixel scale", floats([2], [])));
  const conv = g.Conv(scaled, g.initializer("conv.W", sevens(24, 3, 3, 3)), g.initializer("conv.B", sevens(24)));
  const names = ["bn.scale", "bn.B", "bn.mean", "bn.var"] as const;
  const [scale, B, mean, variance] = names.map((name) => g.initializer(name, sevens(24)));
  const normal = g.outputs("BatchNormalization", [conv, scale, B, mean, variance], {}, 1)[0] ?? conv;
  const depthwise = g.Conv(normal, g.initializer("depthwise.W", sevens(24, 1, 3, 3)), { group: 24 });
  const bent = g.PRelu(depthwise, g.initializer("prelu.slope", sevens(24, 1, 1)));
  const features = g.Flatten(g.GlobalAveragePool(bent));
  const hidden = g.Gemm(features, g.initializer("fc.B", sevens(40, 24)), g.initializer("fc.C", sevens(40)), {
    transB: 1,
  });
  const product = g.MatMul(hidden, g.initializer("last.B", sevens(40, 5)));
  return g.build([g.Add(product, g.initializer("last.bias", sevens(5)))]);
}

const weight = (graph: Graph, name: string): number[] => numbersOf(graph.initializers.get(name) ?? sevens(0));

describe("resetWeights", () => {
  const graph = network();
  const fresh = resetWeights(graph, { rng: random(3) });

  it.each([
    ["conv.W", "He", 27],
    ["depthwise.W", "He", 9],
    ["fc.B", "Glorot", 24 + 40],
    ["last.B", "Glorot", 40 + 5],
  ])("draws %s %s-uniform for fans of %i", (name, _, fans) => {
    const values = weight(fresh, name);
    const bound = Math.sqrt(6 / fans);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    // of a uniform distribution over ±bound: the variance is bound² / 3, and the largest of 200 values comes near
    expect(Math.max(...values)).toBeGreaterThan(0.9 * bound);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.25);
  });

  it.each([
    ["conv.B", 0],
    ["fc.C", 0],
    ["last.bias", 0],
    ["bn.scale", 1],
    ["bn.B", 0],
    ["bn.mean", 0],
    ["bn.var", 1],
    ["prelu.slope", 0.25],
  ])("sets %s to %d throughout", (name, value) => {
    expect(new Set(weight(fresh, name))).toEqual(new Set([value]));
  });

  it("leaves constants that are no weights, and the graph it was given, as they are", () => {
    expect(weight(fresh, "pixel scale")).toEqual([2]);
    expect(new Set(weight(graph, "conv.W"))).toEqual(new Set([7]));
    expect(fresh.nodes).toBe(graph.nodes);
  });

  it("gives equal weights for equal seeds, others for another seed and for another tensor", () => {
    expect(weight(resetWeights(graph, { rng: random(3) }), "conv.W")).toEqual(weight(fresh, "conv.W"));
    expect(weight(resetWeights(graph, { rng: random(4) }), "conv.W")).not.toEqual(weight(fresh, "conv.W"));
    expect(weight(fresh, "fc.B").slice(0, 5)).not.toEqual(weight(fresh, "last.B").slice(0, 5));
  });
});

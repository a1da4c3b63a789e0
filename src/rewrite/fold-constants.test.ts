import { describe, expect, it, test } from "vitest";
import { assemble } from "../../test/reference/cases/case.ts";
import { cases } from "../../test/reference/cases/cases.ts";
import { evaluate } from "../../test/reference/evaluate.ts";
import { floats, ints } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { isKnownOp } from "../onnx/ops.ts";
import { printGraph } from "../onnx/print.ts";
import { constantRules } from "./constant-rules.ts";
import { foldConstants } from "./fold-constants.ts";
import { simplify } from "./simplify.ts";

describe.each(Object.entries(cases))("folding %s of constants", (op, named) => {
  it.each(Object.entries(named))("keeps what it computes: %s", (name, build) => {
    const { graph, feeds } = assemble(build, `${op}: ${name}`);
    const closed: Graph = {
      ...graph,
      inputs: [],
      initializers: new Map([...graph.initializers, ...Object.entries(feeds)]),
    };
    const folded = foldConstants(closed);
    const [before, after] = [evaluate(closed, {}), evaluate(folded, {})];
    for (const [output, value] of Object.entries(before)) {
      expect(after[output]?.shape).toEqual(value.shape);
      expect(after[output]?.dtype).toBe(value.dtype);
      expect(after[output]?.data ?? []).toBeAllclose(value.data, { rtol: 1e-6, atol: 1e-7 });
    }
    const left = folded.nodes.map((node) => node.op).filter((other) => other !== "Identity");
    if (isKnownOp(op) && constantRules[op]) expect(left).toEqual([]);
  });
});

describe("shape arithmetic", () => {
  test("by way of floats gives extents again", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", ["N", 6, 7, 4]);
    const height = g.Cast(g.Gather(g.Shape(X), g.ints([2])), { to: 1 });
    const half = g.Cast(g.Floor(g.Mul(height, g.constant(floats([0.5])))), { to: 7 });
    const starts = g.ints([0]);
    const graph = simplify(g.build([g.Slice(X, starts, half, g.ints([2]))]));
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "input %X float32[N,6,7,4]
      %Slice_1[N,6,3,4] = Slice(%X, [0], [3], [2])
      output %Slice_1"
    `);
  });

  test("over a symbolic batch folds where the batch cancels out", () => {
    const g = graphBuilder();
    const X = g.input("X", "float32", ["N", 6, 4]);
    const total = g.ReduceProd(g.Shape(X), g.ints([0]), { keepdims: 1 });
    const perImage = g.Div(total, g.Max(g.Shape(X, { start: 0, end: 1 }), g.ints([1])));
    const rest = g.Where(g.Equal(g.Mod(perImage, g.ints([5])), g.ints([4])), perImage, g.ints([0]));
    const graph = simplify(g.build([g.Reshape(X, g.Concat(g.ints([-1]), rest, { axis: 0 }))]));
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "input %X float32[N,6,4]
      %Reshape_1[N,24] = Reshape(%X, [-1,24])
      output %Reshape_1"
    `);
  });

  test("of more elements than are followed by name is computed too", () => {
    const g = graphBuilder();
    const number = (value: number) => g.constant(ints([value], []));
    const row = g.Range(number(0), number(12), number(1));
    const distance = g.Abs(g.Sub(row, g.Unsqueeze(row, g.ints([1]))));
    const folded = foldConstants(g.build([g.named("near", g.Less(distance, g.ints([2])))]));
    expect(folded.nodes.map(({ op }) => op)).toEqual(["Identity"]);
  });
});

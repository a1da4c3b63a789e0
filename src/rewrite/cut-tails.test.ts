import { describe, expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { chooseOutput } from "./choose-output.ts";
import { cutTails } from "./cut-tails.ts";

const foreign = (op: string, inputs: readonly string[], output: string): Node => ({
  ...{ name: `${op}_0`, op, domain: "ai.onnx.ml", inputs, outputs: [output], attributes: {} },
});

/** Scores [N, 4] of features [N, 8], and the outputs that `make` adds. */
function scored(make: (g: GraphBuilder, scores: Value) => readonly Value[]): Graph {
  const g = graphBuilder();
  const W = g.initializer("W", floats(new Float32Array(32), [8, 4]));
  return g.build(make(g, g.Softmax(g.MatMul(g.input("x", "float32", ["N", 8]), W))));
}

const outputsOf = ({ graph }: { readonly graph: Graph }) => graph.outputs;
const scores = { name: "Softmax_1", dtype: "float32", shape: ["N", 4] };

describe("cutTails", () => {
  test("gives out the scores behind a look-up of labels by the best class", () => {
    const graph = scored((g, X) => {
      const best = g.ArgMax(X, { axis: 1, keepdims: 0 });
      return [g.Gather(g.ints([7, 8, 9, 10]), g.Squeeze(g.Unsqueeze(best, g.ints([1])), g.ints([1])))];
    });
    expect(outputsOf(cutTails(graph))).toEqual([scores]);
  });

  test("counts a decision that no output shows any more", () => {
    const graph = scored((g, X) => {
      g.copy(foreign("ZipMap", [X.name], "pairs"));
      return [];
    });
    const { changes, ...cut } = cutTails(graph, ["label", "pairs"]);
    expect(outputsOf(cut)).toEqual([scores]);
    expect(changes).toEqual(['Left out, because they hold no numbers: "label" and "pairs".']);
  });

  test("leaves features alone that a position picks", () => {
    const graph = scored((g, X) => [g.Gather(g.Relu(X), g.ArgMax(X, { axis: 0, keepdims: 0 }))]);
    expect(cutTails(graph)).toEqual({ graph, changes: [] });
  });

  test("gives scores out once that two outputs come from", () => {
    const graph = scored((g, X) => [X, g.ArgMax(X), g.Gather(g.ints([1, 2, 3, 4]), g.ArgMax(X, { axis: 1 }))]);
    expect(outputsOf(cutTails(graph))).toEqual([scores]);
  });
});

describe("chooseOutput", () => {
  test("refuses a model without any output of numbers", () => {
    expect(() => chooseOutput(scored(() => []))).toThrow(expect.objectContaining({ code: "unsupported-model" }));
  });

  test("takes logits before their Softmax, and the one so called before all", () => {
    const both = (name: string) => scored((g, X) => [g.named("first", X), g.named(name, g.value("MatMul_1"))]);
    expect(outputsOf(chooseOutput(both("second")))[0]?.name).toBe("second");
    const two = scored((g, X) => {
      const W = g.initializer("V", floats(new Float32Array(32), [8, 4]));
      return [g.MatMul(g.Relu(g.Relu(g.value("x"))), W), g.named("logits", X)];
    });
    expect(outputsOf(chooseOutput(two))[0]?.name).toBe("logits");
  });

  test("of features takes those that are pooled", () => {
    const g = graphBuilder();
    const maps = g.Relu(g.input("x", "float32", ["N", 8, 4, 4]));
    const graph = g.build([maps, g.Flatten(g.GlobalAveragePool(maps)), g.Tanh(maps)]);
    expect(chooseOutput(graph)).toMatchObject({
      graph: { outputs: [{ name: "Flatten_1" }] },
      changes: ['Of the outputs, "Flatten_1" is kept, as features; dropped: "Relu_1" and "Tanh_1".'],
    });
  });
});

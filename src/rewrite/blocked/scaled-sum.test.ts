import { describe, expect, test } from "vitest";
import { apart, drawFeeds, engineBlock, whyNotRun } from "../../../test/fixtures/blocked.ts";
import { runInOnnxruntime } from "../../../test/reference/onnxruntime.ts";
import { floats, numbersOf } from "../../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../../onnx/builder.ts";
import type { Graph } from "../../onnx/graph.ts";
import { withoutIdentities } from "../simplify.ts";
import { updatesInPlace } from "../update-in-place.ts";
import { blockChannels } from "./block-channels.ts";
import { NCHWC } from "./layout.ts";

const engine = await engineBlock();

interface Drawn {
  readonly g: GraphBuilder;
  readonly W: Value;
  readonly V: Value;
  readonly s: Value;
}

function drawn(shape: readonly number[], build: (drawn: Drawn) => Value): Graph {
  const g = graphBuilder({ name: "update" });
  const [W, V] = [g.input("W", "float32", shape), g.input("V", "float32", shape)];
  return withoutIdentities(g.build([g.named("next:W", build({ g, W, V, s: g.input("s", "float32", []) }))]));
}

const convolutions = (graph: Graph | undefined) => graph?.nodes.filter(({ domain }) => domain === NCHWC).length ?? 0;

describe.each<[string, readonly number[], (drawn: Drawn) => Value]>([
  ["a matrix", [256, 256], ({ g, W, V, s }) => g.Sub(W, g.Mul(V, s))],
  ["the number in front", [256, 256], ({ g, W, V, s }) => g.Sub(W, g.Mul(s, V))],
  ["a kernel", [128, 64, 3, 3], ({ g, W, V, s }) => g.Sub(W, g.Mul(V, s))],
  ["a kernel of one pixel", [256, 320, 1, 1], ({ g, W, V, s }) => g.Sub(W, g.Mul(V, s))],
  ["a number that is computed", [256, 256], ({ g, W, V, s }) => g.Sub(W, g.Mul(V, g.Neg(s)))],
])("%s", (_, shape, build) => {
  const graph = drawn(shape, build);

  test("is moved by one convolution, and may be where it lies", () => {
    for (const block of [8, 16]) {
      const blocked = blockChannels(graph, { block });
      if (!blocked) throw new Error("nothing was rewritten");
      expect(convolutions(blocked)).toBe(1);
      expect(blocked.nodes.map(({ op }) => op)).not.toContain("Sub");
      expect(updatesInPlace(blocked, { "next:W": "W" }).inPlace).toEqual(["W"]);
    }
  });

  test.skipIf(engine === undefined)(`comes to the same numbers (skipped where ${whyNotRun})`, async () => {
    const blocked = blockChannels(graph, { block: engine ?? 8 });
    if (!blocked) throw new Error("nothing was rewritten");
    const feeds = drawFeeds(graph);
    const [wanted, got] = [
      (await runInOnnxruntime(graph, feeds))["next:W"],
      (await runInOnnxruntime(blocked, feeds))["next:W"],
    ];
    if (!wanted || !got) throw new Error("no output");
    expect(apart(floats(numbersOf(got), shape), wanted)).toBeLessThan(1e-6);
  });
});

test.each<[string, readonly number[], (drawn: Drawn) => Value]>([
  ["a small tensor", [100, 100], ({ g, W, V, s }) => g.Sub(W, g.Mul(V, s))],
  ["a size that makes no picture", [65537, 3], ({ g, W, V, s }) => g.Sub(W, g.Mul(V, s))],
  ["a difference that something else reads", [256, 256], ({ g, W, V, s }) => g.Neg(g.Sub(W, g.Mul(V, s)))],
  [
    "a difference that is given out and read",
    [256, 256],
    ({ g, W, V, s }) => g.Abs(g.named("moved", g.Sub(W, g.Mul(V, s)))),
  ],
  ["a product of two tensors", [256, 256], ({ g, W, V }) => g.Sub(W, g.Mul(V, V))],
  ["a scaled tensor that is read twice", [256, 256], ({ g, W, V, s }) => g.Add(...twice(g, g.Mul(V, s), W))],
  ["a number taken from a tensor", [256, 256], ({ g, W, s }) => g.Sub(g.Mul(W, s), W)],
])("%s stays as it is", (_, shape, build) => {
  expect(convolutions(blockChannels(drawn(shape, build), { block: 8 }))).toBe(0);
});

const twice = (g: GraphBuilder, product: Value, W: Value): [Value, Value] => [g.Sub(W, product), product];

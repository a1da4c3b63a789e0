import { describe, expect, test } from "vitest";
import { goldenGraph, goldenTensors } from "../../test/golden.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { floats, numbersOf } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import { splitFrozen } from "./split-frozen.ts";
import { weightedNodes } from "./weight-slots.ts";

/** Features scaled by a frozen Relu's extents, then by a weight: [N, 4, 6] to [2·N, 12]. */
function network() {
  const g = graphBuilder();
  const X = g.Relu(g.input("x", "float32", ["N", 4, 6]));
  const Y = g.Mul(X, g.initializer("w", floats([2, 3, 4, 5], [4, 1])));
  const [batch, tokens] = [g.Shape(X, { start: 0, end: 1 }), g.Shape(X)];
  const twice = g.Concat(g.Mul(batch, g.ints([2])), g.ints([12]), { axis: 0 });
  return g.build([g.Reshape(g.Add(Y, g.Expand(g.initializer("one", floats([1], [1])), tokens)), twice)]);
}

describe("shapes that the trained part needs", () => {
  test("are made of the batch of its features, which are all that it is given", async () => {
    const graph = network();
    const { prefix, suffix, boundary } = splitFrozen(graph, ["w"]);
    expect(boundary).toEqual([{ name: "Relu_1", dtype: "float32", shape: ["N", 4, 6] }]);
    const x = floats(
      Array.from({ length: 72 }, (_, at) => at - 20),
      [3, 4, 6],
    );
    const whole = await runInOnnxruntime(graph, { x });
    const features = prefix ? await runInOnnxruntime(prefix, { x }) : {};
    expect(await runInOnnxruntime(suffix, features)).toEqual(whole);
    expect(Object.values(whole)[0]?.shape).toEqual([6, 12]);
  });

  test.each(["vit.onnx", "vit.folded.onnx", "vit.dynamo.onnx"])(
    "of %s never hinder the cache: wherever it is split, features pass, and both parts give what the whole does",
    async (file) => {
      const graph = goldenGraph(file);
      const input = goldenTensors("vit.safetensors")("input");
      const whole = await runInOnnxruntime(graph, { [graph.inputs[0]?.name ?? ""]: input });
      for (const { weights } of weightedNodes(graph).filter((_, at) => at % 6 === 3)) {
        const { prefix, suffix, boundary } = splitFrozen(graph, weights);
        for (const { dtype, shape } of boundary) expect([dtype, shape?.[0]]).toEqual(["float32", "N"]);
        const features = prefix ? await runInOnnxruntime(prefix, { [prefix.inputs[0]?.name ?? ""]: input }) : {};
        const results = await runInOnnxruntime(suffix, features);
        expect(results.logits?.data).toBeAllclose(numbersOf(whole.logits ?? floats([])), { rtol: 1e-4, atol: 1e-5 });
      }
    },
  );
});

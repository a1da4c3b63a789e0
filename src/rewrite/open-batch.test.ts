import { describe, expect, test } from "vitest";
import { goldenGraph } from "../../test/golden.ts";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { random } from "../base/random.ts";
import { type StaticShape, sizeOf } from "../base/shape.ts";
import { floats, ints } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { withInferredOutputs } from "./input.ts";
import { openBatch } from "./open-batch.ts";
import { simplify } from "./simplify.ts";

function drawn(name: string, shape: StaticShape) {
  const rng = random(1).fork(name);
  return floats(
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    shape,
  );
}

const weight = (g: GraphBuilder, name: string, ...shape: StaticShape) => g.initializer(name, drawn(name, shape));

/** [batch, 3, 8, 8] to what `make` gives. */
function network(batch: number, make: (g: GraphBuilder, X: Value) => Value): Graph {
  const g = graphBuilder();
  return g.build([make(g, g.input("X", "float32", [batch, 3, 8, 8]))]);
}

/** Patches of 2 x 2 as tokens, [batch, 16, 12]. */
function tokens(g: GraphBuilder, X: Value, batch: number): Value {
  const patches = g.Conv(X, weight(g, "patch", 12, 3, 2, 2), undefined, { strides: [2, 2] });
  return g.Transpose(g.Reshape(patches, g.ints([batch, 12, 16])), { perm: [0, 2, 1] });
}

/** torch.nn.MultiheadAttention of two heads, as it is exported at one batch: tokens first, heads beside the batch. */
function attention(g: GraphBuilder, X: Value, batch: number, length: number): Value {
  const first = g.Transpose(X, { perm: [1, 0, 2] });
  const heads = (name: string) => {
    const made = g.MatMul(first, weight(g, name, 12, 12));
    return g.Transpose(g.Reshape(made, g.ints([length, batch * 2, 6])), { perm: [1, 0, 2] });
  };
  const [q, k, v] = [heads("q"), heads("k"), heads("v")];
  const mixed = g.MatMul(g.Softmax(g.MatMul(q, g.Transpose(k, { perm: [0, 2, 1] }))), v);
  const rows = g.Reshape(g.Transpose(mixed, { perm: [1, 0, 2] }), g.ints([length * batch, 12]));
  const out = g.Gemm(rows, weight(g, "out", 12, 12), weight(g, "out.bias", 12));
  return g.Add(X, g.Transpose(g.Reshape(out, g.ints([length, batch, 12])), { perm: [1, 0, 2] }));
}

/** Windows of 4 x 4 pixels, each pixel weighed by the sum of its window. */
function windows(g: GraphBuilder, X: Value, batch: number): Value {
  const parts = g.Reshape(g.Transpose(X, { perm: [0, 2, 3, 1] }), g.ints([batch, 2, 4, 2, 4, 3]));
  const rows = g.Reshape(g.Transpose(parts, { perm: [0, 1, 3, 2, 4, 5] }), g.ints([batch * 4, 16, 3]));
  const scaled = g.Mul(rows, g.ReduceSum(rows, g.ints([1])));
  const back = g.Transpose(g.Reshape(scaled, g.ints([batch, 2, 2, 4, 4, 3])), { perm: [0, 1, 3, 2, 4, 5] });
  return g.Reshape(back, g.ints([batch, 192]));
}

const classToken = (g: GraphBuilder, batch: number) => {
  const row = [...drawn("cls", [12]).data];
  return g.initializer("cls", floats(Array.from({ length: batch }, () => row).flat(), [batch, 1, 12]));
};

const cases: readonly (readonly [string, (g: GraphBuilder, X: Value, batch: number) => Value])[] = [
  ["a flattened map", (g, X, batch) => g.MatMul(g.Reshape(X, g.ints([batch, 192])), weight(g, "W", 192, 2))],
  ["a flattened map with one extent left to fill", (g, X, batch) => g.Reshape(X, g.ints([batch, -1]))],
  [
    "groups of channels, shuffled",
    (g, X, batch) => {
      const parts = g.Reshape(g.Concat(X, X, { axis: 1 }), g.ints([batch, 2, 3, 8, 8]));
      return g.Reshape(g.Transpose(parts, { perm: [0, 2, 1, 3, 4] }), g.ints([batch, 6, 8, 8]));
    },
  ],
  ["windows", windows],
  ["attention with tokens first", (g, X, batch) => attention(g, tokens(g, X, batch), batch, 16)],
  [
    "a class token for each picture",
    (g, X, batch) => {
      const joined = g.Concat(classToken(g, batch), tokens(g, X, batch), { axis: 1 });
      return g.Flatten(g.Slice(attention(g, joined, batch, 17), g.ints([0]), g.ints([1]), g.ints([1])));
    },
  ],
  ["a token added to each picture's", (g, X, batch) => g.Add(tokens(g, X, batch), classToken(g, batch))],
  ["a slice of all pictures", (g, X, batch) => g.Slice(X, g.ints([0, 1]), g.ints([batch, 3]), g.ints([0, 1]))],
  ["an Expand to the pictures", (g, X, batch) => g.Expand(g.ReduceMean(X, g.ints([1])), g.ints([batch, 5, 8, 8]))],
];

const batches = [1, 2, 8] as const;
const all = batches.flatMap((batch) => cases.map(([name, make]) => [name, batch, make] as const));

/** The rows that a graph gives pictures 0 to `count` - 1. */
async function rowsOf(graph: Graph, count: number): Promise<readonly number[]> {
  const [input, output] = [graph.inputs[0], graph.outputs[0]];
  const shape = input?.shape?.slice(1).map(Number) ?? [];
  const values = drawn("pictures", [8, ...shape]).data.slice(0, count * sizeOf(shape));
  const results = await runInOnnxruntime(graph, { [input?.name ?? ""]: floats(values, [count, ...shape]) });
  return Array.from(results[output?.name ?? ""]?.data ?? [], Number);
}

describe("openBatch", () => {
  test.each(all)("%s, made for a batch of %i", async (_, batch, make) => {
    const closed = network(batch, (g, X) => make(g, X, batch));
    const { graph, changes } = openBatch(closed);
    expect(changes).toEqual([`The batch was fixed at ${batch}; now it is open.`]);
    expect(graph.outputs[0]?.shape?.[0]).toBe("N");
    const own = await rowsOf(closed, batch);
    expect(await rowsOf(graph, batch)).toBeAllclose(own, { rtol: 1e-5, atol: 1e-5 });
    const three = await rowsOf(graph, 3);
    const length = own.length / batch;
    for (let picture = 0; picture < Math.min(3, batch); picture++) {
      const row = three.slice(picture * length, (picture + 1) * length);
      expect(row).toBeAllclose(own.slice(picture * length, (picture + 1) * length), { rtol: 1e-4, atol: 1e-4 });
    }
    expect(three.slice(0, length)).toBeAllclose(await rowsOf(graph, 1), { rtol: 1e-4, atol: 1e-4 });
    expect(three.slice(length, 2 * length)).not.toBeAllclose(three.slice(0, length), { rtol: 1e-2 });
  });

  test.each(
    ["convnext", "densenet", "efficientnet", "mobilenet", "resnet", "vgg", "vit"].flatMap((name) =>
      ["", ".folded", ".dynamo"].flatMap((exporter) =>
        [1, 4].map((batch) => [`${name}${exporter}.onnx`, batch] as const),
      ),
    ),
  )("%s, folded at a batch of %i, is what it was", async (file, batch) => {
    const symbolic = goldenGraph(file);
    const inputs = symbolic.inputs.map((input) => ({ ...input, shape: [batch, ...(input.shape?.slice(1) ?? [])] }));
    const closed = simplify(withInferredOutputs({ ...symbolic, inputs }));
    const expected = await rowsOf(symbolic, 3);
    expect(await rowsOf(openBatch(closed).graph, 3)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-4 });
  });

  test("leaves an open batch alone, and what is no picture", () => {
    const graph = {
      ...network(1, (g, X) => g.Relu(X)),
      inputs: [{ name: "X", dtype: "float32", shape: ["N", 3, 8, 8] }],
    } as const;
    expect(openBatch(graph)).toEqual({ graph, changes: [] });
    const g = graphBuilder();
    const rows = g.build([g.Relu(g.input("x", "float32", [1, 8]))]);
    expect(openBatch(rows)).toEqual({ graph: rows, changes: [] });
  });

  test.each<[string, number, (g: GraphBuilder, X: Value) => Value]>([
    ["weights of each picture's own", 2, (g, X) => g.Mul(X, weight(g, "own", 2, 1, 1, 1))],
    ["only the first picture's row", 1, (g, X) => g.Gather(X, g.initializer("zero", ints([0], [])))],
    ["the mean over the pictures", 4, (g, X) => g.ReduceMean(X, g.ints([0]))],
    ["a batch squeezed away", 1, (g, X) => g.Unsqueeze(g.Relu(g.Squeeze(X, g.ints([0]))), g.ints([0]))],
  ])("refuses %s at a batch of %i", (_, batch, make) => {
    expect(() => openBatch(network(batch, make))).toThrow(
      expect.objectContaining({ code: "fixed-batch", hint: expect.stringContaining("symbolic batch") }),
    );
  });
});

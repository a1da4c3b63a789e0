import { expect, test } from "vitest";
import { runInOnnxruntime } from "../../test/reference/onnxruntime.ts";
import { floats, numbersOf } from "../base/tensor.ts";
import { graphBuilder } from "../onnx/builder.ts";
import type { Graph } from "../onnx/graph.ts";
import { adaptiveAveragePool } from "./adaptive-pool.ts";

function pooling(height: number, width: number, size: number): Graph {
  const g = graphBuilder();
  return g.build([g.named("Y", adaptiveAveragePool(g, g.input("X", "float32", ["N", 1, height, width]), { size }))]);
}

const opsOf = ({ nodes }: Graph): readonly string[] => [...new Set(nodes.map(({ op }) => op))];

async function pooled(rows: readonly (readonly number[])[], size: number): Promise<readonly number[]> {
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  const graph = pooling(height, width, size);
  expect(graph.outputs).toEqual([{ name: "Y", dtype: "float32", shape: ["N", 1, size, size] }]);
  const { Y } = await runInOnnxruntime(graph, { X: floats(rows.flat(), [1, 1, height, width]) });
  return Y ? numbersOf(Y) : [];
}

// what torch.nn.functional.adaptive_avg_pool2d is defined to give
test.each([
  [
    "repeats the places of a smaller map",
    [
      [1, 2],
      [3, 4],
    ],
    3,
    [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4],
  ],
  [
    "averages windows that overlap where nothing divides",
    [[0, 3, 6, 9, 12]],
    3,
    [1.5, 6, 10.5, 1.5, 6, 10.5, 1.5, 6, 10.5],
  ],
  [
    "averages windows side by side where all divides",
    [
      [1, 3, 5, 7],
      [1, 3, 5, 7],
    ],
    2,
    [2, 6, 2, 6],
  ],
  [
    "takes one side as it is and averages the other",
    [
      [1, 2],
      [3, 4],
      [5, 9],
    ],
    2,
    [2, 3, 4, 6.5],
  ],
  ["repeats a single place", [[7]], 2, [7, 7, 7, 7]],
])("%s", async (_, rows, size, expected) => {
  expect(await pooled(rows, size)).toBeAllclose(expected);
});

test("is one pooling where all divides, and nothing where the map has its size", () => {
  expect(opsOf(pooling(14, 21, 7))).toEqual(["AveragePool", "Identity"]);
  expect(opsOf(pooling(7, 7, 7))).toEqual(["Identity"]);
});

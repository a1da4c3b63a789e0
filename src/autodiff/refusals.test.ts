import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { backward } from "./backward.ts";

/** What a gradient cannot pass, with the reason that is given. */
const refusals: readonly (readonly [reason: string, build: (g: GraphBuilder, X: Value) => Value])[] = [
  [
    "antialias is not handled",
    (g, X) => g.Resize(X, undefined, g.constant(floats([1, 1, 0.5, 0.5])), undefined, { mode: "linear", antialias: 1 }),
  ],
  ['"scales" is computed while the graph runs', (g, X) => g.Resize(X, undefined, g.input("scales", "float32", [4]))],
  [
    'it resizes axis 0 from "N" to "2*N", which are not numbers',
    (g, X) => g.Resize(X, undefined, g.constant(floats([2, 1, 1, 1]))),
  ],
  [
    'it resizes axis 2 from "4" to "Resize_1.2", which are not numbers',
    (g, X) =>
      g.Resize(X, undefined, undefined, g.ints([8, 9]), { axes: [2, 3], keep_aspect_ratio_policy: "not_larger" }),
  ],
  [
    'mode "nearest", "upwards", "half_pixel" is not handled',
    (g, X) => g.Resize(X, undefined, g.constant(floats([1, 1, 2, 2])), undefined, { nearest_mode: "upwards" }),
  ],
  [
    "it crops axis 3 and does not pad with a constant",
    (g, X) => g.Pad(X, g.ints([0, 0, 0, 1, 0, 0, 0, -1]), undefined, undefined, { mode: "reflect" }),
  ],
  [
    "it pads axis 3 of 4 elements by 5",
    (g, X) => g.Pad(X, g.ints([0, 0, 0, 5, 0, 0, 0, 0]), undefined, undefined, { mode: "wrap" }),
  ],
  [
    "it pads axis 0, whose extent is not a number",
    (g, X) => g.Pad(X, g.ints([1, 0, 0, 0, 1, 0, 0, 0]), undefined, undefined, { mode: "edge" }),
  ],
  ['"bcii->bci" takes a diagonal ("i" twice in one operand)', (g, X) => g.Einsum(X, { equation: "bcii->bci" })],
  ["how often it repeats axis 0 depends on the run", (g, X) => g.Tile(X, g.input("repeats", "int64", [4]))],
  [
    'the reduction "mul" is not handled',
    (g, X) => g.ScatterND(X, g.ints([0], [1, 1]), g.float(2), { reduction: "mul" }),
  ],
];

test.each(refusals)("%s", (reason, build) => {
  const g = graphBuilder();
  const Y = build(g, g.input("X", "float32", ["N", 2, 4, 4]));
  const seed = g.input("dY", "float32", Y.shape);
  const attempt = () => backward(g, { nodes: g.nodes(), output: Y, wrt: ["X"], seed });
  expect(attempt).toThrow(expect.objectContaining({ code: "no-gradient", reason }));
});

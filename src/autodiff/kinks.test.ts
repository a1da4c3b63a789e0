import { expect, test } from "vitest";
import { evaluate } from "../../test/reference/evaluate.ts";
import { floats } from "../base/tensor.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../onnx/builder.ts";
import { backward } from "./backward.ts";

interface Kink {
  readonly name: string;
  readonly at: readonly number[];
  readonly op: (g: GraphBuilder, X: Value) => Value;
  /** The gradient by X of the sum of the output. */
  readonly slope: readonly number[];
}

/** Where a function has no derivative, and what it gets there: what PyTorch gives, for Clip its hardtanh. */
const kinks: readonly Kink[] = [
  { name: "Relu", at: [0], op: (g, X) => g.Relu(X), slope: [0] },
  { name: "LeakyRelu", at: [0], op: (g, X) => g.LeakyRelu(X, { alpha: 0.3 }), slope: [0.3] },
  { name: "PRelu", at: [0], op: (g, X) => g.PRelu(X, g.float(0.3)), slope: [0.3] },
  { name: "ThresholdedRelu", at: [1], op: (g, X) => g.ThresholdedRelu(X), slope: [0] },
  { name: "Clip", at: [0, 6], op: (g, X) => g.Clip(X, g.float(0), g.float(6)), slope: [0, 0] },
  { name: "HardSigmoid", at: [-2.5, 2.5], op: (g, X) => g.HardSigmoid(X), slope: [0, 0] },
  { name: "Elu", at: [0], op: (g, X) => g.Elu(X, { alpha: 0.3 }), slope: [0.3] },
  { name: "Celu", at: [0], op: (g, X) => g.Celu(X, { alpha: 0.3 }), slope: [1] },
  { name: "Selu", at: [0], op: (g, X) => g.Selu(X, { alpha: 2, gamma: 3 }), slope: [6] },
  { name: "Softsign", at: [0], op: (g, X) => g.Softsign(X), slope: [1] },
  { name: "Abs", at: [0], op: (g, X) => g.Abs(X), slope: [0] },
  { name: "Pow with the exponent 0", at: [0], op: (g, X) => g.Pow(X, g.float(0)), slope: [0] },
  { name: "Max of equals", at: [2, 1], op: (g, X) => g.Max(X, g.constant(floats([2, 0]))), slope: [0.5, 1] },
  {
    name: "ReduceMax of three equals",
    at: [3, 3, 1, 3],
    op: (g, X) => g.ReduceMax(X),
    slope: [1 / 3, 1 / 3, 0, 1 / 3],
  },
  {
    name: "ReduceMin of three equals",
    at: [1, 1, 3, 1],
    op: (g, X) => g.ReduceMin(X),
    slope: [1 / 3, 1 / 3, 0, 1 / 3],
  },
  { name: "ReduceL1", at: [0, -2], op: (g, X) => g.ReduceL1(X), slope: [0, -1] },
  { name: "ReduceL2 of nothing but 0", at: [0, 0], op: (g, X) => g.ReduceL2(X), slope: [0, 0] },
  { name: "ReduceProd with two zeros", at: [0, 5, 0], op: (g, X) => g.ReduceProd(X), slope: [0, 0, 0] },
];

test.each(kinks)("$name at $at has the slope $slope", ({ at, op, slope }) => {
  const g = graphBuilder();
  const X = g.input("X", "float32", [at.length]);
  const output = g.ReduceSum(op(g, X), undefined, { keepdims: 0 });
  const gradient = backward(g, { nodes: g.nodes(), output, wrt: ["X"] }).get("X") ?? X;
  const computed = evaluate(g.build([gradient]), { X: floats(at) })[gradient.name];
  expect(computed?.data ?? []).toBeAllclose(slope, { rtol: 1e-6 });
});

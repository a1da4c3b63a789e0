import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { awayFrom, type CaseBuilder, type GradientCase, uniform } from "./case.ts";

const activation =
  (pattern: (g: GraphBuilder, X: Value) => Value, kinks: readonly number[] = []): GradientCase =>
  ({ g, x }) => [pattern(g, x("X", ["N", 9], awayFrom(...kinks)))];

/** X̂·Scale + B over the last axis, X̂ written by one exporter or another. */
const normalization =
  (normalized: (g: GraphBuilder, X: Value) => Value): GradientCase =>
  ({ g, x }) => {
    const X = normalized(g, x("X", ["N", 3, 6]));
    return [g.Add(g.Mul(X, x("Scale", [6])), x("B", [6]))];
  };

const last = (g: GraphBuilder): Value => g.ints([-1]);

/** softmax(Q·Kᵀ/√d)·V over two heads of a projection X·W of [N, L, 4]. */
const attention = ({ g, x }: CaseBuilder): readonly Value[] => {
  const [X, W] = [x("X", ["N", "L", 4]), x("W", [4, 12], uniform(-1, 1))];
  const heads = g.Transpose(g.Reshape(g.MatMul(X, W), g.ints([0, 0, 3, 2, 2])), { perm: [2, 0, 3, 1, 4] });
  const [Q = X, K = X, V = X] = g
    .outputs("Split", [heads], { axis: 0, num_outputs: 3 }, 3)
    .map((part) => g.Squeeze(part, g.ints([0])));
  const logits = g.Mul(g.MatMul(Q, g.Transpose(K, { perm: [0, 1, 3, 2] })), g.float(Math.SQRT1_2));
  const read = g.MatMul(g.Softmax(logits), V);
  return [g.Reshape(g.Transpose(read, { perm: [0, 2, 1, 3] }), g.ints([0, 0, 4]))];
};

/** What exporters write in the place of one op: the gradient has to come out of the pieces. */
export const patterns: Readonly<Record<string, GradientCase>> = {
  "SiLU: X · sigmoid(X)": activation((g, X) => g.Mul(X, g.Sigmoid(X))),
  "QuickGelu: X · sigmoid(1.702 · X)": activation((g, X) => g.Mul(X, g.Sigmoid(g.Mul(X, g.float(1.702))))),
  "Gelu by Erf, as PyTorch writes it": activation((g, X) =>
    g.Mul(g.Mul(X, g.Add(g.Erf(g.Div(X, g.float(Math.SQRT2))), g.float(1))), g.float(0.5)),
  ),
  "Gelu by Erf, as TensorFlow writes it": activation((g, X) =>
    g.Mul(g.Mul(g.float(0.5), X), g.Add(g.float(1), g.Erf(g.Mul(X, g.float(Math.SQRT1_2))))),
  ),
  "Gelu by Tanh, with a Pow": activation((g, X) => {
    const cubic = g.Add(X, g.Mul(g.Pow(X, g.float(3)), g.float(0.044715)));
    const T = g.Tanh(g.Mul(cubic, g.float(Math.sqrt(2 / Math.PI))));
    return g.Mul(g.Mul(X, g.float(0.5)), g.Add(T, g.float(1)));
  }),
  "Gelu by Tanh, with products": activation((g, X) => {
    const cubic = g.Add(X, g.Mul(g.Mul(g.Mul(X, X), X), g.float(0.044715)));
    const T = g.Tanh(g.Mul(cubic, g.float(Math.sqrt(2 / Math.PI))));
    return g.Mul(g.Mul(X, g.float(0.5)), g.Add(T, g.float(1)));
  }),
  "Mish: X · tanh(softplus(X))": activation((g, X) => g.Mul(X, g.Tanh(g.Softplus(X)))),
  "HardSwish: X · clip(X + 3, 0, 6) / 6": activation(
    (g, X) => g.Div(g.Mul(X, g.Clip(g.Add(X, g.float(3)), g.float(0), g.float(6))), g.float(6)),
    [-3, 3],
  ),
  "ReLU6: min(max(X, 0), 6)": activation((g, X) => g.Min(g.Max(X, g.float(0)), g.float(6)), [0]),
  "PReLU: relu(X) − slope · relu(−X)": ({ g, x }) => {
    const X = x("X", ["N", 3, 4], awayFrom(0));
    return [g.Add(g.Relu(X), g.Mul(x("slope", [3, 1]), g.Neg(g.Relu(g.Neg(X)))))];
  },
  "softmax by Exp, with the maximum taken off": activation((g, X) => {
    const raised = g.Exp(g.Sub(X, g.ReduceMax(X, last(g))));
    return g.Div(raised, g.ReduceSum(raised, last(g)));
  }),
  "LayerNorm, as PyTorch writes it": normalization((g, X) => {
    const centred = g.Sub(X, g.ReduceMean(X, last(g)));
    const variance = g.ReduceMean(g.Pow(centred, g.float(2)), last(g));
    return g.Div(centred, g.Sqrt(g.Add(variance, g.float(1e-3))));
  }),
  "LayerNorm, as TensorFlow writes it": normalization((g, X) => {
    const mean = g.ReduceMean(X, last(g));
    const offset = g.Sub(X, mean);
    const inverse = g.Reciprocal(g.Sqrt(g.Add(g.ReduceMean(g.Mul(offset, offset), last(g)), g.float(1e-3))));
    return g.Sub(g.Mul(X, inverse), g.Mul(mean, inverse));
  }),
  "RMSNorm by ReduceMean": normalization((g, X) => {
    const meanSquare = g.ReduceMean(g.Mul(X, X), last(g));
    return g.Div(X, g.Sqrt(g.Add(meanSquare, g.float(1e-3))));
  }),
  "L2 normalization": normalization((g, X) => g.Div(X, g.Max(g.ReduceL2(X, last(g)), g.float(1e-6)))),
  "the global response of ConvNeXt V2": normalization((g, X) => {
    const energy = g.ReduceL2(X, g.ints([1]));
    return g.Mul(X, g.Div(energy, g.Add(g.ReduceMean(energy, last(g)), g.float(1e-3))));
  }),
  "attention of two heads": attention,
};

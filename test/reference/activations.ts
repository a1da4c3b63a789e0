import { type Tensor, tensor } from "../../src/base/tensor.ts";
import { type Element, float64, floatsOf, scalarOf, tensorOf } from "./elements.ts";
import { erf } from "./erf.ts";
import { at, axisOf, broadcastOffset, indicesOf, offsetOf, stridesOf, withAxis } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

const each = (X: Tensor, f: (x: number) => number): readonly Tensor[] => [
  tensor("float64", X.shape, floatsOf(X).map(f)),
];

/** log(1 + exp x) */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Both bounds at once: min(max(x, low), high). */
const Clip: Kernel<"Clip"> = ({ input, min, max }) => {
  const bounded = (x: Element): Element => {
    const raised = min && x < scalarOf(min) ? scalarOf(min) : x;
    return max && raised > scalarOf(max) ? scalarOf(max) : raised;
  };
  return [tensorOf(input.dtype, input.shape, Array.from<Element, Element>(input.data, bounded))];
};

/** x · Φ(x), or with "tanh" its approximation x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³))). */
const Gelu: Kernel<"Gelu"> = ({ X }, { approximate }) =>
  approximate === "tanh"
    ? each(X, (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))))
    : each(X, (x) => (x / 2) * (1 + erf(x / Math.SQRT2)));

/** x - log Σ exp x along one axis, shifted by the maximum so that nothing overflows. */
function logSoftmax(input: Tensor, axis: number): Tensor {
  const x = floatsOf(input);
  const along = axisOf(axis, input.shape.length);
  const strides = stridesOf(input.shape);
  return float64(input.shape, (index) => {
    const row = Array.from({ length: at(input.shape, along) }, (_, k) =>
      at(x, offsetOf(withAxis(index, along, k), strides)),
    );
    const top = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - top), 0);
    return at(x, offsetOf(index, strides)) - top - Math.log(sum);
  });
}

/** Inference only: the identity. What training drops is the engine's own random choice. */
const Dropout: Kernel<"Dropout"> = ({ data, training_mode }) => {
  if (training_mode && scalarOf(training_mode)) throw new Error("Dropout in training mode has no reference value");
  const mask = tensorOf(
    "bool",
    data.shape,
    [...floatsOf(data)].map(() => 1),
  );
  return [data, mask];
};

export const activations: Kernels<
  | "Relu"
  | "LeakyRelu"
  | "PRelu"
  | "ThresholdedRelu"
  | "Clip"
  | "Sigmoid"
  | "HardSigmoid"
  | "HardSwish"
  | "Tanh"
  | "Softplus"
  | "Softsign"
  | "Mish"
  | "Elu"
  | "Celu"
  | "Selu"
  | "Erf"
  | "Gelu"
  | "Softmax"
  | "LogSoftmax"
  | "Dropout"
> = {
  Relu: ({ X }) => each(X, (x) => Math.max(0, x)),
  LeakyRelu: ({ X }, { alpha }) => each(X, (x) => (x < 0 ? alpha * x : x)),
  PRelu: ({ X, slope }) => {
    const [x, factor, offset] = [floatsOf(X), floatsOf(slope), broadcastOffset(slope.shape)];
    const slopes = indicesOf(X.shape).map((index) => at(factor, offset(index)));
    return [
      tensor(
        "float64",
        X.shape,
        x.map((value, flat) => (value < 0 ? value * at(slopes, flat) : value)),
      ),
    ];
  },
  ThresholdedRelu: ({ X }, { alpha }) => each(X, (x) => (x > alpha ? x : 0)),
  Clip,
  Sigmoid: ({ X }) => each(X, (x) => 1 / (1 + Math.exp(-x))),
  HardSigmoid: ({ X }, { alpha, beta }) => each(X, (x) => Math.max(0, Math.min(1, alpha * x + beta))),
  HardSwish: ({ X }) => each(X, (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  Tanh: ({ X }) => each(X, Math.tanh),
  Softplus: ({ X }) => each(X, softplus),
  Softsign: ({ X }) => each(X, (x) => x / (1 + Math.abs(x))),
  Mish: ({ X }) => each(X, (x) => x * Math.tanh(softplus(x))),
  Elu: ({ X }, { alpha }) => each(X, (x) => (x < 0 ? alpha * Math.expm1(x) : x)),
  Celu: ({ X }, { alpha }) => each(X, (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha))),
  Selu: ({ X }, { alpha, gamma }) => each(X, (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x))),
  Erf: ({ X }) => each(X, erf),
  Gelu,
  Softmax: ({ input }, { axis }) => each(logSoftmax(input, axis), Math.exp),
  LogSoftmax: ({ input }, { axis }) => [logSoftmax(input, axis)],
  Dropout,
};

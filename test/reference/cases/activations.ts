import type { Cases } from "./case.ts";

/** Both sides of every bend, far out on both sides, and 0. */
const wide = [-90, -8, -3.5, -2.9, -1, -0.3, -1e-4, 0, 1e-4, 0.3, 1, 2.9, 3.5, 8, 90];

export const activations: Cases<
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
  Relu: { wide: ({ g, floats }) => [g.Relu(floats(wide))] },
  LeakyRelu: {
    "default alpha": ({ g, floats }) => [g.LeakyRelu(floats(wide))],
    alpha: ({ g, floats }) => [g.LeakyRelu(floats(wide), { alpha: 0.3 })],
  },
  PRelu: {
    "one slope": ({ g, floats, float }) => [g.PRelu(floats(wide), float([1]))],
    "a slope for each channel": ({ g, float }) => [g.PRelu(float([2, 3, 2, 2]), float([3, 1, 1]))],
    "a slope for each element": ({ g, float }) => [g.PRelu(float([2, 3]), float([2, 3]))],
  },
  ThresholdedRelu: {
    "default alpha": ({ g, floats }) => [g.ThresholdedRelu(floats(wide))],
    alpha: ({ g, floats }) => [g.ThresholdedRelu(floats(wide), { alpha: 0.25 })],
  },
  Clip: {
    "both bounds": ({ g, floats }) => [g.Clip(floats(wide), g.float(0), g.float(6))],
    "only max": ({ g, floats }) => [g.Clip(floats(wide), undefined, g.float(1))],
    "only min": ({ g, floats }) => [g.Clip(floats(wide), floats([-1], []))],
    "no bounds": ({ g, floats }) => [g.Clip(floats(wide))],
    "bounds the wrong way round": ({ g, floats }) => [g.Clip(floats(wide), floats([2], []), floats([-2], []))],
    int64: ({ g, ints }) => [g.Clip(ints([-5, 0, 5, 9]), g.ints([-1], []), g.ints([6], []))],
  },
  Sigmoid: { wide: ({ g, floats }) => [g.Sigmoid(floats(wide))] },
  HardSigmoid: {
    defaults: ({ g, floats }) => [g.HardSigmoid(floats(wide))],
    "alpha, beta": ({ g, floats }) => [g.HardSigmoid(floats(wide), { alpha: 1 / 6, beta: 0.4 })],
  },
  HardSwish: { wide: ({ g, floats }) => [g.HardSwish(floats(wide))] },
  Tanh: { wide: ({ g, floats }) => [g.Tanh(floats(wide))] },
  Softplus: { wide: ({ g, floats }) => [g.Softplus(floats(wide))] },
  Softsign: { wide: ({ g, floats }) => [g.Softsign(floats(wide))] },
  Mish: { wide: ({ g, floats }) => [g.Mish(floats(wide))] },
  Elu: {
    defaults: ({ g, floats }) => [g.Elu(floats(wide))],
    alpha: ({ g, floats }) => [g.Elu(floats(wide), { alpha: 0.4 })],
  },
  Celu: {
    defaults: ({ g, floats }) => [g.Celu(floats(wide))],
    alpha: ({ g, floats }) => [g.Celu(floats(wide), { alpha: 0.4 })],
  },
  Selu: {
    defaults: ({ g, floats }) => [g.Selu(floats(wide))],
    "alpha, gamma": ({ g, floats }) => [g.Selu(floats(wide), { alpha: 0.4, gamma: 2 })],
  },
  Erf: { wide: ({ g, floats }) => [g.Erf(floats(wide))], random: ({ g, float }) => [g.Erf(float([40], -4, 4))] },
  Gelu: {
    exact: ({ g, floats }) => [g.Gelu(floats(wide))],
    tanh: ({ g, floats }) => [g.Gelu(floats(wide), { approximate: "tanh" })],
  },
  Softmax: {
    "last axis": ({ g, float }) => [g.Softmax(float([2, 3, 4]))],
    "axis 1": ({ g, float }) => [g.Softmax(float([2, 3, 4]), { axis: 1 })],
    "large logits": ({ g, floats }) => [g.Softmax(floats([1000, 999, -1000, 3], [2, 2]))],
  },
  LogSoftmax: {
    "last axis": ({ g, float }) => [g.LogSoftmax(float([2, 3, 4]))],
    "axis -2": ({ g, float }) => [g.LogSoftmax(float([2, 3, 4]), { axis: -2 })],
    "large logits": ({ g, floats }) => [g.LogSoftmax(floats([1000, 999, -1000, 3], [2, 2]))],
  },
  Dropout: {
    "at inference": ({ g, float }) => g.outputs("Dropout", [float([2, 3]), g.float(0.5)], {}, 2),
    "not in training": ({ g, float, bools }) => [g.Dropout(float([2, 3]), g.float(0.5), bools([false], []))],
  },
};

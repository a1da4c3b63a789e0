import { awayFrom, type GradientCases, onGrid, uniform } from "./case.ts";

export const activations: GradientCases<
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
  Relu: { "both sides of 0": ({ g, x }) => [g.Relu(x("X", ["N", 3, 4], awayFrom(0)))] },
  LeakyRelu: {
    "default alpha": ({ g, x }) => [g.LeakyRelu(x("X", ["N", 9], awayFrom(0)))],
    alpha: ({ g, x }) => [g.LeakyRelu(x("X", ["N", 9], awayFrom(0)), { alpha: 0.3 })],
    "negative alpha": ({ g, x }) => [g.LeakyRelu(x("X", ["N", 9], awayFrom(0)), { alpha: -0.5 })],
  },
  PRelu: {
    "one slope": ({ g, x }) => [g.PRelu(x("X", ["N", 9], awayFrom(0)), x("slope", [1]))],
    "a scalar slope": ({ g, x }) => [g.PRelu(x("X", ["N", 9], awayFrom(0)), x("slope", []))],
    "a slope for each channel": ({ g, x }) => [g.PRelu(x("X", ["N", 3, 2, 2], awayFrom(0)), x("slope", [3, 1, 1]))],
    "a slope for each feature": ({ g, x }) => [g.PRelu(x("X", ["N", 5], awayFrom(0)), x("slope", [5]))],
    "a slope for each pixel": ({ g, x }) => [g.PRelu(x("X", ["N", 2, 3], awayFrom(0)), x("slope", [1, 2, 3]))],
  },
  ThresholdedRelu: {
    "default alpha": ({ g, x }) => [g.ThresholdedRelu(x("X", ["N", 9], awayFrom(1)))],
    alpha: ({ g, x }) => [g.ThresholdedRelu(x("X", ["N", 9], awayFrom(-0.5)), { alpha: -0.5 })],
  },
  Clip: {
    "0 to 2, as ReLU6": ({ g, x }) => [g.Clip(x("input", ["N", 9], awayFrom(0, 2)), g.float(0), g.float(2))],
    "only min": ({ g, x }) => [g.Clip(x("input", ["N", 9], awayFrom(-1)), g.float(-1))],
    "only max": ({ g, x }) => [g.Clip(x("input", ["N", 9], awayFrom(1)), undefined, g.float(1))],
    "no bounds": ({ g, x }) => [g.Clip(x("input", ["N", 4]))],
    "bounds that are computed": ({ g, x }) => [
      g.Clip(x("input", ["N", 9], onGrid()), x("min", [], uniform(-0.54, -0.51)), x("max", [], uniform(0.51, 0.54))),
    ],
    "a min that is computed": ({ g, x }) => [g.Clip(x("input", ["N", 9], onGrid()), x("min", [], uniform(0.01, 0.04)))],
    "a max that is computed": ({ g, x }) => [
      g.Clip(x("input", ["N", 9], onGrid()), undefined, x("max", [], uniform(0.01, 0.04))),
    ],
    "bounds the wrong way round": ({ g, x }) => [
      g.Clip(x("input", ["N", 9], onGrid()), x("min", [], uniform(0.51, 0.54)), x("max", [], uniform(-0.54, -0.51))),
    ],
  },
  Sigmoid: { random: ({ g, x }) => [g.Sigmoid(x("X", ["N", 9], uniform(-6, 6)))] },
  HardSigmoid: {
    defaults: ({ g, x }) => [g.HardSigmoid(x("X", ["N", 9], awayFrom(-2.5, 2.5)))],
    "alpha, beta": ({ g, x }) => [g.HardSigmoid(x("X", ["N", 9], awayFrom(-3, 3)), { alpha: 1 / 6, beta: 0.5 })],
  },
  HardSwish: { "all three pieces": ({ g, x }) => [g.HardSwish(x("X", ["N", 12], awayFrom(-3, 3)))] },
  Tanh: { random: ({ g, x }) => [g.Tanh(x("X", ["N", 9]))] },
  Softplus: { random: ({ g, x }) => [g.Softplus(x("X", ["N", 9], uniform(-6, 6)))] },
  Softsign: { random: ({ g, x }) => [g.Softsign(x("X", ["N", 9], awayFrom(0)))] },
  Mish: { random: ({ g, x }) => [g.Mish(x("X", ["N", 9], uniform(-6, 6)))] },
  Elu: {
    defaults: ({ g, x }) => [g.Elu(x("X", ["N", 9], awayFrom(0)))],
    alpha: ({ g, x }) => [g.Elu(x("X", ["N", 9], awayFrom(0)), { alpha: 0.4 })],
  },
  Celu: {
    defaults: ({ g, x }) => [g.Celu(x("X", ["N", 9], awayFrom(0)))],
    alpha: ({ g, x }) => [g.Celu(x("X", ["N", 9], awayFrom(0)), { alpha: 0.4 })],
  },
  Selu: {
    defaults: ({ g, x }) => [g.Selu(x("X", ["N", 9], awayFrom(0)))],
    "alpha, gamma": ({ g, x }) => [g.Selu(x("X", ["N", 9], awayFrom(0)), { alpha: 0.4, gamma: 2 })],
  },
  Erf: { random: ({ g, x }) => [g.Erf(x("X", ["N", 9]))] },
  Gelu: {
    exact: ({ g, x }) => [g.Gelu(x("X", ["N", 9], uniform(-4, 4)))],
    tanh: ({ g, x }) => [g.Gelu(x("X", ["N", 9], uniform(-4, 4)), { approximate: "tanh" })],
  },
  Softmax: {
    "last axis": ({ g, x }) => [g.Softmax(x("input", ["N", 3, 4]))],
    "axis 1": ({ g, x }) => [g.Softmax(x("input", ["N", 3, 4]), { axis: 1 })],
    "axis -2": ({ g, x }) => [g.Softmax(x("input", ["N", 3, 4]), { axis: -2 })],
    "the batch": ({ g, x }) => [g.Softmax(x("input", ["N", 3]), { axis: 0 })],
  },
  LogSoftmax: {
    "last axis": ({ g, x }) => [g.LogSoftmax(x("input", ["N", 5]))],
    "the batch": ({ g, x }) => [g.LogSoftmax(x("input", ["N", 3]), { axis: -2 })],
    "axis 1 of 3": ({ g, x }) => [g.LogSoftmax(x("input", ["N", 3, 4]), { axis: 1 })],
  },
  Dropout: {
    "at inference": ({ g, x }) => [g.Dropout(x("data", ["N", 4]), g.float(0.5))],
    "without a ratio": ({ g, x }) => [g.Dropout(x("data", ["N", 4]))],
  },
};

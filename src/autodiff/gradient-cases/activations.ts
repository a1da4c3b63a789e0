import { awayFrom, type GradientCases, uniform } from "./case.ts";

export const activations: GradientCases<
  | "Relu"
  | "LeakyRelu"
  | "Clip"
  | "Sigmoid"
  | "HardSigmoid"
  | "HardSwish"
  | "Tanh"
  | "Softplus"
  | "Elu"
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
  Clip: {
    "0 to 2, as ReLU6": ({ g, x }) => [g.Clip(x("input", ["N", 9], awayFrom(0, 2)), g.float(0), g.float(2))],
    "only min": ({ g, x }) => [g.Clip(x("input", ["N", 9], awayFrom(-1)), g.float(-1))],
    "only max": ({ g, x }) => [g.Clip(x("input", ["N", 9], awayFrom(1)), undefined, g.float(1))],
    "no bounds": ({ g, x }) => [g.Clip(x("input", ["N", 4]))],
  },
  Sigmoid: { random: ({ g, x }) => [g.Sigmoid(x("X", ["N", 9], uniform(-6, 6)))] },
  HardSigmoid: {
    defaults: ({ g, x }) => [g.HardSigmoid(x("X", ["N", 9], awayFrom(-2.5, 2.5)))],
    "alpha, beta": ({ g, x }) => [g.HardSigmoid(x("X", ["N", 9], awayFrom(-3, 3)), { alpha: 1 / 6, beta: 0.5 })],
  },
  HardSwish: { "all three pieces": ({ g, x }) => [g.HardSwish(x("X", ["N", 12], awayFrom(-3, 3)))] },
  Tanh: { random: ({ g, x }) => [g.Tanh(x("X", ["N", 9]))] },
  Softplus: { random: ({ g, x }) => [g.Softplus(x("X", ["N", 9], uniform(-6, 6)))] },
  Elu: {
    defaults: ({ g, x }) => [g.Elu(x("X", ["N", 9], awayFrom(0)))],
    alpha: ({ g, x }) => [g.Elu(x("X", ["N", 9], awayFrom(0)), { alpha: 0.4 })],
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
  },
  LogSoftmax: {
    "last axis": ({ g, x }) => [g.LogSoftmax(x("input", ["N", 5]))],
    "axis 1 of 3": ({ g, x }) => [g.LogSoftmax(x("input", ["N", 3, 4]), { axis: 1 })],
  },
  Dropout: {
    "at inference": ({ g, x }) => [g.Dropout(x("data", ["N", 4]), g.float(0.5))],
    "without a ratio": ({ g, x }) => [g.Dropout(x("data", ["N", 4]))],
  },
};

import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { asNumbers, scalar } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientRules, none } from "../rule.ts";
import { above, between } from "./masks.ts";

/** Activations, element by element. Masks are read from Y where that will do, so that X need not be kept. */
export const activationRules = {
  // 0 at X = 0
  Relu: { X: ({ g, Y, dY }) => g.Mul(dY, above(g, Y, 0)) },
  // alpha at X = 0
  LeakyRelu: {
    X: ({ g, X, dY, attributes: { alpha } }) =>
      g.Mul(dY, g.Add(g.Mul(above(g, X, 0), scalar(g, X, 1 - alpha)), scalar(g, X, alpha))),
  },
  // slope at X = 0
  PRelu: {
    X: ({ g, X, slope, dY }) => g.Mul(dY, g.Add(g.Mul(above(g, X, 0), g.Sub(scalar(g, slope, 1), slope)), slope)),
    slope: ({ g, X, dY }) => g.Mul(dY, g.Min(X, scalar(g, X, 0))),
  },
  // 0 at X = alpha
  ThresholdedRelu: { X: ({ g, X, dY, attributes: { alpha } }) => g.Mul(dY, above(g, X, alpha)) },
  // 0 at both bounds, as in PyTorch's hardtanh and ReLU6 (its clamp has 1 there)
  Clip: {
    input: ({ g, min, max, output, dOutput }) => {
      const mask = between(g, output, min, max);
      return mask ? g.Mul(dOutput, mask) : dOutput;
    },
    // where max bounds too, it has the last word
    min: ({ g, input, min = input, max, dOutput }) => {
      const below = g.Less(input, min);
      return g.Mul(dOutput, asNumbers(g, max ? g.And(below, g.Less(min, max)) : below, dOutput));
    },
    max: ({ g, input, min, max = input, dOutput }) =>
      g.Mul(dOutput, asNumbers(g, g.Greater(min ? g.Max(input, min) : input, max), dOutput)),
  },
  // Y' = Y·(1 − Y)
  Sigmoid: { X: ({ g, Y, dY }) => g.Mul(dY, g.Mul(Y, g.Sub(scalar(g, Y, 1), Y))) },
  // alpha strictly between the bounds, 0 at them
  HardSigmoid: {
    X: ({ g, Y, dY, attributes: { alpha } }) => {
      const mask = between(g, Y, scalar(g, Y, 0), scalar(g, Y, 1));
      return g.Mul(g.Mul(dY, scalar(g, Y, alpha)), mask ?? scalar(g, Y, 1));
    },
  },
  // Y = X·h(X), h(X) = clip(X/6 + 1/2, 0, 1); Y' = h(X) + X·h'(X)
  HardSwish: { X: ({ g, X, dY }) => g.Mul(dY, hardSwishSlope(g, X)) },
  // Y' = 1 − Y²
  Tanh: { X: ({ g, Y, dY }) => g.Mul(dY, g.Sub(scalar(g, Y, 1), g.Mul(Y, Y))) },
  // Y' = sigmoid(X)
  Softplus: { X: ({ g, X, dY }) => g.Mul(dY, g.Sigmoid(X)) },
  // Y = X/(1 + |X|), Y' = (1 − |Y|)²
  Softsign: {
    X: ({ g, Y, dY }) => {
      const rest = g.Sub(scalar(g, Y, 1), g.Abs(Y));
      return g.Mul(dY, g.Mul(rest, rest));
    },
  },
  Mish: { X: ({ g, X, dY }) => g.Mul(dY, mishSlope(g, X)) },
  // Y' = 1 for X > 0, else alpha·exp(X) = Y + alpha
  Elu: {
    X: ({ g, X, Y, dY, attributes: { alpha } }) => g.Mul(dY, bentAtZero(g, X, 1, g.Add(Y, scalar(g, Y, alpha)))),
  },
  // Y' = 1 for X > 0, else exp(X/alpha) = Y/alpha + 1
  Celu: {
    X: ({ g, X, Y, dY, attributes: { alpha } }) =>
      g.Mul(dY, bentAtZero(g, X, 1, g.Add(g.Mul(Y, scalar(g, Y, 1 / alpha)), scalar(g, Y, 1)))),
  },
  // Y' = gamma for X > 0, else gamma·alpha·exp(X) = Y + gamma·alpha
  Selu: {
    X: ({ g, X, Y, dY, attributes: { alpha, gamma } }) =>
      g.Mul(dY, bentAtZero(g, X, gamma, g.Add(Y, scalar(g, Y, gamma * alpha)))),
  },
  // Y' = 2/√π·exp(−X²)
  Erf: {
    X: ({ g, X, dY }) => g.Mul(dY, g.Mul(g.Exp(g.Neg(g.Mul(X, X))), scalar(g, X, 2 / Math.sqrt(Math.PI)))),
  },
  Gelu: {
    X: ({ g, X, dY, attributes: { approximate } }) =>
      g.Mul(dY, approximate === "tanh" ? tanhGeluSlope(g, X) : geluSlope(g, X)),
  },
  Dropout: {
    data: ({ node, training_mode, dOutput }) => {
      if (training_mode && training_mode.constant?.data[0] !== 0) {
        throw new NoGradient(node, "Dropout in training mode draws a mask that its gradient does not see");
      }
      return dOutput;
    },
    ratio: none,
    training_mode: none,
  },
} satisfies Partial<GradientRules>;

/** A constant slope for X > 0, another one for the rest. */
const bentAtZero = (g: GraphBuilder, X: Value, slope: number, other: Value): Value =>
  g.Where(g.Greater(X, scalar(g, X, 0)), scalar(g, X, slope), other);

/** Y = X·T, T = tanh(softplus(X)); Y' = T + X·(1 − T²)·sigmoid(X). */
function mishSlope(g: GraphBuilder, X: Value): Value {
  const T = g.Tanh(g.Softplus(X));
  const steep = g.Mul(g.Sub(scalar(g, X, 1), g.Mul(T, T)), g.Sigmoid(X));
  return g.Add(T, g.Mul(X, steep));
}

function hardSwishSlope(g: GraphBuilder, X: Value): Value {
  const h = g.HardSigmoid(X, { alpha: 1 / 6, beta: 0.5 });
  const ramp = between(g, X, scalar(g, X, -3), scalar(g, X, 3)) ?? X;
  return g.Add(h, g.Mul(g.Mul(X, scalar(g, X, 1 / 6)), ramp));
}

/** Y = X·Φ(X), Φ(X) = (1 + erf(X/√2))/2; Y' = Φ(X) + X·exp(−X²/2)/√(2π). */
function geluSlope(g: GraphBuilder, X: Value): Value {
  const erf = g.Erf(g.Mul(X, scalar(g, X, Math.SQRT1_2)));
  const phi = g.Mul(g.Add(erf, scalar(g, X, 1)), scalar(g, X, 0.5));
  const bell = g.Exp(g.Mul(g.Mul(X, X), scalar(g, X, -0.5)));
  return g.Add(phi, g.Mul(g.Mul(X, bell), scalar(g, X, 1 / Math.sqrt(2 * Math.PI))));
}

/** Y = X/2·(1 + T), T = tanh(u), u = √(2/π)·(X + 0.044715·X³); Y' = (1 + T)/2 + X/2·(1 − T²)·u'. */
function tanhGeluSlope(g: GraphBuilder, X: Value): Value {
  const c = Math.sqrt(2 / Math.PI);
  const square = g.Mul(X, X);
  const u = g.Mul(X, g.Add(g.Mul(square, scalar(g, X, c * 0.044715)), scalar(g, X, c)));
  const slope = g.Add(g.Mul(square, scalar(g, X, 3 * c * 0.044715)), scalar(g, X, c));
  const T = g.Tanh(u);
  const steep = g.Mul(g.Sub(scalar(g, X, 1), g.Mul(T, T)), slope);
  return g.Mul(g.Add(g.Add(T, scalar(g, X, 1)), g.Mul(X, steep)), scalar(g, X, 0.5));
}

import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { dataTypeCodes } from "../../onnx/data-types.ts";
import { asNumbers, numbersIn, scalar, zerosLike } from "../extents.ts";
import { type GradientRules, none } from "../rule.ts";

/** Arithmetic, element by element with broadcasting. Gradients have the output's shape; `backward` sums them down. */
export const arithmeticRules = {
  Add: { A: ({ dC }) => dC, B: ({ dC }) => dC },
  Sub: { A: ({ dC }) => dC, B: ({ g, dC }) => g.Neg(dC) },
  Mul: { A: ({ g, B, dC }) => g.Mul(dC, B), B: ({ g, A, dC }) => g.Mul(dC, A) },
  // C = A/B, ∂C/∂B = −C/B
  Div: { A: ({ g, B, dC }) => g.Div(dC, B), B: ({ g, B, C, dC }) => g.Neg(g.Div(g.Mul(dC, C), B)) },
  // with fmod, C = A − B·trunc(A/B); whole numbers have no gradient
  Mod: { A: ({ dC }) => dC, B: ({ g, A, B, C, dC }) => g.Mul(dC, g.Div(g.Sub(C, A), B)) },
  Pow: {
    X: ({ g, X, Y, dZ }) => g.Mul(dZ, powSlope(g, X, Y)),
    // Z·log X, and 0 where X is 0 (PyTorch); not a number where X is negative
    Y: ({ g, X, Z, dZ }) => {
      const isZero = g.Equal(X, scalar(g, X, 0));
      const log = g.Log(g.Where(isZero, scalar(g, X, 1), X));
      return g.Mul(dZ, g.Mul(Z, log));
    },
  },
  // Y' = 1/(2·Y)
  Sqrt: { X: ({ g, Y, dY }) => g.Div(g.Mul(dY, scalar(g, Y, 0.5)), Y) },
  Exp: { X: ({ g, Y, dY }) => g.Mul(dY, Y) },
  Log: { X: ({ g, X, dY }) => g.Div(dY, X) },
  Sin: { X: ({ g, X, dY }) => g.Mul(dY, g.Cos(X)) },
  Cos: { X: ({ g, X, dY }) => g.Neg(g.Mul(dY, g.Sin(X))) },
  // 0 at X = 0
  Abs: { X: ({ g, X, dY }) => g.Mul(dY, g.Sign(X)) },
  Neg: { X: ({ g, dY }) => g.Neg(dY) },
  // Y' = −Y²
  Reciprocal: { X: ({ g, Y, dY }) => g.Neg(g.Mul(dY, g.Mul(Y, Y))) },
  Sign: { X: none },
  Floor: { X: none },
  Ceil: { X: none },
  Round: { X: none },
  Min: { data: ({ g, data, at, min, dMin, once }) => g.Mul(dMin, shareOf(g, data, at, min, once)) },
  Max: { data: ({ g, data, at, max, dMax, once }) => g.Mul(dMax, shareOf(g, data, at, max, once)) },
} satisfies Partial<GradientRules>;

/** Y·X^(Y−1); 0 where Y is 0, whatever X (PyTorch). */
function powSlope(g: GraphBuilder, X: Value, Y: Value): Value {
  const exponents = numbersIn(Y);
  const [exponent] = exponents ?? [];
  if (exponents?.length === 1 && exponent === 2) return g.Mul(X, scalar(g, X, 2));
  if (exponents?.length === 1 && exponent === 0) return zerosLike(g, X);
  const power = Y.dtype === X.dtype ? Y : g.Cast(Y, { to: dataTypeCodes[X.dtype] });
  const slope = g.Mul(power, g.Pow(X, g.Sub(power, scalar(g, X, 1))));
  if (exponents && !exponents.includes(0)) return slope;
  return g.Where(g.Equal(power, scalar(g, X, 0)), scalar(g, X, 0), slope);
}

/** 1 where this input is the extreme one, 0 where it is not, 1/k where k inputs tie. */
function shareOf(
  g: GraphBuilder,
  data: readonly Value[],
  at: number,
  extreme: Value,
  once: <T>(key: string, make: () => T) => T,
): Value {
  const hits = once("hits", () => data.map((value) => asNumbers(g, g.Equal(value, extreme), extreme)));
  const ties = once("ties", () => hits.reduce((sum, hit) => g.Add(sum, hit)));
  return g.Div(hits[at] ?? ties, ties);
}

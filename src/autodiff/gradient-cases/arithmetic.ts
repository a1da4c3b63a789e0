import type { Shape } from "../../base/shape.ts";
import type { Value } from "../../onnx/builder.ts";
import {
  awayFrom,
  type CaseBuilder,
  type GradientCase,
  type GradientCases,
  notDifferentiable,
  onGrid,
  positive,
  type Sampler,
  uniform,
} from "./case.ts";

type Binary = (builder: CaseBuilder, A: Value, B: Value) => Value;

/** Every way in which two shapes meet. Both samplers default to `positive`, so that any op may divide. */
function broadcastings(
  op: Binary,
  { a = positive, b = positive }: { readonly a?: Sampler; readonly b?: Sampler } = {},
) {
  const pair =
    (A: Shape, B: Shape): GradientCase =>
    (builder) => [op(builder, builder.x("A", A, a), builder.x("B", B, b))];
  return {
    "same shape": pair(["N", 3], ["N", 3]),
    "B a scalar": pair(["N", 3], []),
    "A a scalar": pair([], ["N", 3]),
    "B one element": pair(["N", 3], [1]),
    "B a vector along the last axis": pair(["N", 2, 3], [3]),
    "B per channel": pair(["N", 3, 2, 2], [3, 1, 1]),
    "B keeps its batch": pair(["N", 3, 2, 2], ["N", 3, 1, 1]),
    "both broadcast": pair(["N", 1, 3], [4, 1]),
    "A the smaller one": pair([3], ["N", 2, 3]),
  } satisfies Readonly<Record<string, GradientCase>>;
}

const unary = (
  op: (builder: CaseBuilder, X: Value) => Value,
  sampler?: Sampler,
): Readonly<Record<string, GradientCase>> => ({
  random: (builder) => [op(builder, builder.x("X", ["N", 7], sampler))],
});

export const arithmetic: GradientCases<
  | "Add"
  | "Sub"
  | "Mul"
  | "Div"
  | "Mod"
  | "Pow"
  | "Sqrt"
  | "Exp"
  | "Log"
  | "Sin"
  | "Cos"
  | "Abs"
  | "Neg"
  | "Reciprocal"
  | "Sign"
  | "Floor"
  | "Ceil"
  | "Round"
  | "Min"
  | "Max"
> = {
  Add: {
    ...broadcastings(({ g }, A, B) => g.Add(A, B)),
    "to itself": ({ g, x }) => {
      const A = x("A", ["N", 3]);
      return [g.Add(A, A)];
    },
  },
  Sub: broadcastings(({ g }, A, B) => g.Sub(A, B)),
  Mul: {
    ...broadcastings(({ g }, A, B) => g.Mul(A, B)),
    "by itself": ({ g, x }) => {
      const A = x("A", ["N", 3]);
      return [g.Mul(A, A)];
    },
  },
  Div: broadcastings(({ g }, A, B) => g.Div(A, B)),
  Mod: {
    ...broadcastings(({ g }, A, B) => g.Mod(A, B, { fmod: 1 }), { a: onGrid(0.05), b: uniform(0.71, 0.74) }),
    "negative divisor": ({ g, x }) => [
      g.Mod(x("A", ["N", 9], onGrid(0.05)), x("B", [], uniform(-0.54, -0.51)), { fmod: 1 }),
    ],
  },
  Pow: {
    ...broadcastings(({ g }, X, Y) => g.Pow(X, Y), { b: uniform(-2, 2) }),
    "constant 2, negative base": ({ g, x }) => [g.Pow(x("X", ["N", 3]), g.float(2))],
    "constant 3, negative base": ({ g, x }) => [g.Pow(x("X", ["N", 3]), g.float(3))],
    "constant 1": ({ g, x }) => [g.Pow(x("X", ["N", 3]), g.float(1))],
    "constant 0": ({ g, x }) => [g.Pow(x("X", ["N", 3]), g.float(0))],
    "constant 0.5": ({ g, x }) => [g.Pow(x("X", ["N", 3], positive), g.float(0.5))],
    "constant -1": ({ g, x }) => [g.Pow(x("X", ["N", 3], positive), g.float(-1))],
    "negative base, whole exponents that vary": ({ g, x, fixed }) => [
      g.Pow(
        x("X", ["N", 4]),
        fixed("Y", [4], () => [2, 3, 0, 1]),
      ),
    ],
    "int64 exponents that vary": ({ g, x, indices }) => [g.Pow(x("X", ["N", 4]), indices("Y", [2, 3, 0, 1]))],
    "a constant base": ({ g, x }) => [g.Pow(g.float(2), x("Y", ["N", 3]))],
    "int64 exponent": ({ g, x }) => [g.Pow(x("X", ["N", 3]), g.ints([3], []))],
  },
  Sqrt: unary(({ g }, X) => g.Sqrt(X), positive),
  Exp: unary(({ g }, X) => g.Exp(X)),
  Log: unary(({ g }, X) => g.Log(X), positive),
  Sin: unary(({ g }, X) => g.Sin(X)),
  Cos: unary(({ g }, X) => g.Cos(X)),
  Abs: unary(({ g }, X) => g.Abs(X), awayFrom(0)),
  Neg: unary(({ g }, X) => g.Neg(X)),
  Reciprocal: unary(({ g }, X) => g.Reciprocal(X), positive),
  Sign: notDifferentiable,
  Floor: notDifferentiable,
  Ceil: notDifferentiable,
  Round: notDifferentiable,
  Min: {
    ...broadcastings(({ g }, A, B) => g.Min(A, B), { a: onGrid(), b: onGrid(0.05) }),
    "three that broadcast": ({ g, x }) => [
      g.Min(x("A", ["N", 3], onGrid()), x("B", [3], onGrid(0.03)), x("C", ["N", 1], onGrid(0.06))),
    ],
    one: ({ g, x }) => [g.Min(x("A", ["N", 3]))],
  },
  Max: {
    ...broadcastings(({ g }, A, B) => g.Max(A, B), { a: onGrid(), b: onGrid(0.05) }),
    "three that broadcast": ({ g, x }) => [
      g.Max(x("A", ["N", 3], onGrid()), x("B", [3], onGrid(0.03)), x("C", ["N", 1], onGrid(0.06))),
    ],
    one: ({ g, x }) => [g.Max(x("A", ["N", 3]))],
    "the same tensor twice": ({ g, x }) => {
      const A = x("A", ["N", 3]);
      return [g.Max(A, A)];
    },
  },
};

import type { Cases } from "./case.ts";

const stairs = [-2, -1.5, -0.5, -0.2, 0, 0.2, 0.5, 1.5, 2];

export const arithmetic: Cases<
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
    "same shape": ({ g, float }) => [g.Add(float([2, 3]), float([2, 3]))],
    "both broadcast": ({ g, float }) => [g.Add(float([2, 1, 3]), float([4, 1]))],
    int64: ({ g, ints }) => [g.Add(ints([1, -2, 9007199254740991]), ints([5, 6, 7]))],
  },
  Sub: {
    broadcast: ({ g, float }) => [g.Sub(float([3]), float([2, 3]))],
    int64: ({ g, ints }) => [g.Sub(ints([1, 2]), ints([5]))],
  },
  Mul: {
    scalar: ({ g, float }) => [g.Mul(float([2, 3]), float([]))],
    int64: ({ g, ints }) => [g.Mul(ints([1, -2]), ints([5, 6]))],
  },
  Div: {
    broadcast: ({ g, float }) => [g.Div(float([2, 3]), float([2, 1], 0.5, 2))],
    "int64, towards 0": ({ g, ints }) => [g.Div(ints([7, -7, 6]), ints([2, 2, -3]))],
  },
  Mod: {
    "int64, the sign of B": ({ g, ints }) => [g.Mod(ints([7, -7, 7, -7]), ints([3, 3, -3, -3]))],
    "int64 and fmod, the sign of A": ({ g, ints }) => [g.Mod(ints([7, -7, 7, -7]), ints([3, 3, -3, -3]), { fmod: 1 })],
    "floats, broadcast": ({ g, floats }) => [
      g.Mod(floats([7.25, -7.25, 0.5, 3]), floats([3, -2.5], [2, 1]), { fmod: 1 }),
    ],
  },
  Pow: {
    broadcast: ({ g, float }) => [g.Pow(float([2, 3], 0.2, 2), float([3]))],
    "negative base, whole exponent": ({ g, float }) => [g.Pow(float([2, 3]), g.float(3))],
    "int64 exponent": ({ g, float, ints }) => [g.Pow(float([2, 3]), ints([2], []))],
  },
  Sqrt: { positive: ({ g, float }) => [g.Sqrt(float([5], 0, 4))] },
  Exp: { random: ({ g, float }) => [g.Exp(float([5]))] },
  Log: { positive: ({ g, float }) => [g.Log(float([5], 0.01, 4))] },
  Sin: { stairs: ({ g, floats }) => [g.Sin(floats(stairs))] },
  Cos: { stairs: ({ g, floats }) => [g.Cos(floats(stairs))] },
  Abs: { stairs: ({ g, floats }) => [g.Abs(floats(stairs))], int64: ({ g, ints }) => [g.Abs(ints([-3, 0, 3]))] },
  Neg: { stairs: ({ g, floats }) => [g.Neg(floats(stairs))], int64: ({ g, ints }) => [g.Neg(ints([-3, 0, 3]))] },
  Reciprocal: { positive: ({ g, float }) => [g.Reciprocal(float([5], 0.3, 2))] },
  Sign: { stairs: ({ g, floats }) => [g.Sign(floats(stairs))], int64: ({ g, ints }) => [g.Sign(ints([-3, 0, 3]))] },
  Floor: { stairs: ({ g, floats }) => [g.Floor(floats(stairs))] },
  Ceil: { stairs: ({ g, floats }) => [g.Ceil(floats(stairs))] },
  Round: { "halves to the even side": ({ g, floats }) => [g.Round(floats([...stairs, 2.5, -2.5, 1.4999]))] },
  Min: {
    "three that broadcast": ({ g, float }) => [g.Min(float([2, 3]), float([3]), float([2, 1]))],
    one: ({ g, float }) => [g.Min(float([2, 3]))],
    int64: ({ g, ints }) => [g.Min(ints([1, 5]), ints([3]))],
  },
  Max: {
    "three that broadcast": ({ g, float }) => [g.Max(float([2, 3]), float([3]), float([2, 1]))],
    one: ({ g, float }) => [g.Max(float([2, 3]))],
    int64: ({ g, ints }) => [g.Max(ints([1, 5]), ints([3]))],
  },
};

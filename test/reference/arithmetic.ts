import { type Tensor, tensor } from "../../src/base/tensor.ts";
import { type Element, floatsOf, larger, smaller, tensorOf } from "./elements.ts";
import { at, broadcastOffset, broadcastShape, indicesOf } from "./index-space.ts";
import type { Kernels } from "./kernel.ts";

/** An operation on floats, and the same on whole numbers where ONNX has it. */
interface Operation {
  readonly float: (a: number, b: number) => number;
  readonly int: (a: bigint, b: bigint) => bigint;
}

/** Both tensors broadcast; the result has A's type (Pow may mix types). */
function combine(A: Tensor, B: Tensor, { float, int }: Operation): Tensor {
  const shape = broadcastShape(A.shape, B.shape);
  const [offsetA, offsetB] = [broadcastOffset(A.shape), broadcastOffset(B.shape)];
  const elements = indicesOf(shape).map((index): Element => {
    const [a, b] = [at<Element>(A.data, offsetA(index)), at<Element>(B.data, offsetB(index))];
    return typeof a === "bigint" ? int(a, BigInt(b)) : float(a, Number(b));
  });
  return tensorOf(A.dtype, shape, elements);
}

const binary =
  (operation: Operation) =>
  ({ A, B }: { readonly A: Tensor; readonly B: Tensor }): readonly Tensor[] => [combine(A, B, operation)];

const unary =
  (f: (x: number) => number) =>
  ({ X }: { readonly X: Tensor }): readonly Tensor[] => [tensor("float64", X.shape, floatsOf(X).map(f))];

/** Unary, and defined on whole numbers too. */
const unaryBoth =
  (float: (x: number) => number, int: (x: bigint) => bigint) =>
  ({ X }: { readonly X: Tensor }): readonly Tensor[] => [
    tensorOf(
      X.dtype,
      X.shape,
      Array.from<Element, Element>(X.data, (x) => (typeof x === "bigint" ? int(x) : float(x))),
    ),
  ];

function halfToEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

const extreme =
  (operation: Operation) =>
  ({ data }: { readonly data: readonly Tensor[] }): readonly Tensor[] => [
    data.reduce((best, next) => combine(best, next, operation)),
  ];

export const arithmetic: Kernels<
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
  Add: binary({ float: (a, b) => a + b, int: (a, b) => a + b }),
  Sub: binary({ float: (a, b) => a - b, int: (a, b) => a - b }),
  Mul: binary({ float: (a, b) => a * b, int: (a, b) => a * b }),
  Div: binary({ float: (a, b) => a / b, int: (a, b) => a / b }),
  // with B's sign, or with fmod A's
  Mod: ({ A, B }, { fmod }) => [
    combine(A, B, {
      float: (a, b) => (fmod ? a % b : a - b * Math.floor(a / b)),
      int: (a, b) => (fmod ? a % b : ((a % b) + b) % b),
    }),
  ],
  Pow: ({ X, Y }) => [combine(X, Y, { float: (a, b) => a ** b, int: (a, b) => a ** b })],
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Abs: unaryBoth(Math.abs, (x) => (x < 0n ? -x : x)),
  Neg: unaryBoth(
    (x) => -x,
    (x) => -x,
  ),
  Reciprocal: unary((x) => 1 / x),
  Sign: unaryBoth(Math.sign, (x) => (x < 0n ? -1n : x > 0n ? 1n : 0n)),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(halfToEven),
  Min: extreme({ float: Math.min, int: smaller }),
  Max: extreme({ float: Math.max, int: larger }),
};

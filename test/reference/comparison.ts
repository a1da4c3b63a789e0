import type { Tensor } from "../../src/base/tensor.ts";
import { type Element, scalarOf, tensorOf } from "./elements.ts";
import { at, broadcastOffset, broadcastShape, indicesOf } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

const compare =
  (holds: (a: Element, b: Element) => boolean) =>
  ({ A, B }: { readonly A: Tensor; readonly B: Tensor }): readonly Tensor[] => {
    const shape = broadcastShape(A.shape, B.shape);
    const [offsetA, offsetB] = [broadcastOffset(A.shape), broadcastOffset(B.shape)];
    const elements = indicesOf(shape).map((index) =>
      holds(at<Element>(A.data, offsetA(index)), at<Element>(B.data, offsetB(index))) ? 1 : 0,
    );
    return [tensorOf("bool", shape, elements)];
  };

function test(holds: (x: Element) => boolean) {
  return ({ X }: { readonly X: Tensor }): readonly Tensor[] => [
    tensorOf(
      "bool",
      X.shape,
      Array.from<Element, number>(X.data, (x) => (holds(x) ? 1 : 0)),
    ),
  ];
}

/** Each matrix on and above the k-th diagonal, or with `upper` 0 on and below it; zeros elsewhere. */
const Trilu: Kernel<"Trilu"> = ({ input, k }, { upper }) => {
  const diagonal = k ? Number(scalarOf(k)) : 0;
  const elements = indicesOf(input.shape).map((index, flat): Element => {
    const [row = 0, column = 0] = index.slice(-2);
    const isKept = upper ? column >= row + diagonal : column <= row + diagonal;
    return isKept ? at<Element>(input.data, flat) : 0;
  });
  return [tensorOf(input.dtype, input.shape, elements)];
};

/** X where the condition holds, else Y; all three broadcast. */
const Where: Kernel<"Where"> = ({ condition, X, Y }) => {
  const shape = broadcastShape(condition.shape, X.shape, Y.shape);
  const [offset, offsetX, offsetY] = [
    broadcastOffset(condition.shape),
    broadcastOffset(X.shape),
    broadcastOffset(Y.shape),
  ];
  const elements = indicesOf(shape).map((index) =>
    at<Element>(condition.data, offset(index))
      ? at<Element>(X.data, offsetX(index))
      : at<Element>(Y.data, offsetY(index)),
  );
  return [tensorOf(X.dtype, shape, elements)];
};

export const comparison: Kernels<
  | "Equal"
  | "Greater"
  | "GreaterOrEqual"
  | "Less"
  | "LessOrEqual"
  | "And"
  | "Or"
  | "Xor"
  | "Not"
  | "IsNaN"
  | "IsInf"
  | "Where"
  | "Trilu"
> = {
  Equal: compare((a, b) => a === b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  And: compare((a, b) => Boolean(a) && Boolean(b)),
  Or: compare((a, b) => Boolean(a) || Boolean(b)),
  Xor: compare((a, b) => Boolean(a) !== Boolean(b)),
  Not: test((x) => !x),
  IsNaN: test(Number.isNaN),
  IsInf: ({ X }, { detect_negative, detect_positive }) =>
    test((x) => (x === Infinity && detect_positive !== 0) || (x === -Infinity && detect_negative !== 0))({ X }),
  Where,
  Trilu,
};

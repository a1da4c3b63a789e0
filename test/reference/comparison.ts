import type { Tensor } from "../../src/base/tensor.ts";
import { type Element, tensorOf } from "./elements.ts";
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
  "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "And" | "Or" | "Not" | "Where"
> = {
  Equal: compare((a, b) => a === b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  And: compare((a, b) => Boolean(a) && Boolean(b)),
  Or: compare((a, b) => Boolean(a) || Boolean(b)),
  Not: ({ X }) => [
    tensorOf(
      "bool",
      X.shape,
      Array.from<Element, number>(X.data, (x) => (x ? 0 : 1)),
    ),
  ],
  Where,
};

import type { Shape } from "../../base/shape.ts";
import type { GradientCase, GradientCases } from "./case.ts";

const matMul =
  (A: Shape, B: Shape): GradientCase =>
  ({ g, x }) => [g.MatMul(x("A", A), x("B", B))];

export const products: GradientCases<"Gemm" | "MatMul"> = {
  Gemm: {
    "A · B": ({ g, x }) => [g.Gemm(x("A", ["N", 4]), x("B", [4, 3]))],
    transA: ({ g, x }) => [g.Gemm(x("A", [4, "N"]), x("B", [4, 3]), { transA: 1 })],
    "transB and a bias, as a Linear layer": ({ g, x }) => [
      g.Gemm(x("A", ["N", 4]), x("B", [3, 4]), x("C", [3]), { transB: 1 }),
    ],
    "both transposed, alpha, beta": ({ g, x }) => [
      g.Gemm(x("A", [4, 2]), x("B", [3, 4]), x("C", [2, 3]), { transA: 1, transB: 1, alpha: 0.5, beta: -2 }),
    ],
    "alpha without C": ({ g, x }) => [g.Gemm(x("A", ["N", 4]), x("B", [4, 3]), { alpha: 3 })],
    "C a scalar": ({ g, x }) => [g.Gemm(x("A", ["N", 4]), x("B", [4, 3]), x("C", []), { beta: 0.5 })],
    "C one element": ({ g, x }) => [g.Gemm(x("A", ["N", 4]), x("B", [4, 3]), x("C", [1]))],
    "C one row": ({ g, x }) => [g.Gemm(x("A", ["N", 4]), x("B", [4, 3]), x("C", [1, 3]))],
    "C one column": ({ g, x }) => [g.Gemm(x("A", ["N", 4]), x("B", [4, 3]), x("C", ["N", 1]))],
    "the same tensor twice": ({ g, x }) => {
      const A = x("A", [3, 3]);
      return [g.Gemm(A, A, A, { transB: 1 })];
    },
  },
  MatMul: {
    matrices: matMul(["N", 4], [4, 3]),
    "a stack and one matrix": matMul(["N", 3, 4], [4, 2]),
    "one matrix and a stack": matMul([3, 4], ["N", 4, 2]),
    "two stacks": matMul(["N", 3, 4], ["N", 4, 2]),
    "stacks that broadcast both ways": matMul([2, 1, 3, 4], [5, 4, 2]),
    "a matrix and a vector": matMul(["N", 4], [4]),
    "a vector and a matrix": matMul([4], [4, 3]),
    "a stack and a vector": matMul(["N", 3, 4], [4]),
    "a vector and a stack": matMul([4], ["N", 4, 3]),
    "two vectors": matMul([4], [4]),
    "a vector and itself": ({ g, x }) => {
      const A = x("A", [4]);
      return [g.MatMul(A, A)];
    },
    "attention: [N, heads, L, d] by [N, heads, d, L]": matMul(["N", 2, "L", 4], ["N", 2, 4, "L"]),
  },
};

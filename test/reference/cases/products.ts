import type { Cases } from "./case.ts";

export const products: Cases<"Gemm" | "MatMul"> = {
  Gemm: {
    "A · B": ({ g, float }) => [g.Gemm(float([3, 4]), float([4, 2]))],
    "transposed, scaled, C one row": ({ g, float }) => [
      g.Gemm(float([4, 3]), float([2, 4]), float([2]), { transA: 1, transB: 1, alpha: 0.5, beta: 2 }),
    ],
    "transB, C one column": ({ g, float }) => [g.Gemm(float([3, 4]), float([2, 4]), float([3, 1]), { transB: 1 })],
    "C a scalar": ({ g, float }) => [g.Gemm(float([3, 4]), float([4, 2]), float([]), { beta: -1 })],
    "C in full": ({ g, float }) => [g.Gemm(float([3, 4]), float([4, 2]), float([3, 2]), { alpha: 3 })],
  },
  MatMul: {
    matrices: ({ g, float }) => [g.MatMul(float([3, 4]), float([4, 2]))],
    "batches that broadcast": ({ g, float }) => [g.MatMul(float([2, 1, 3, 4]), float([5, 4, 2]))],
    "vector on the left": ({ g, float }) => [g.MatMul(float([4]), float([2, 4, 3]))],
    "vector on the right": ({ g, float }) => [g.MatMul(float([2, 3, 4]), float([4]))],
    "two vectors": ({ g, float }) => [g.MatMul(float([4]), float([4]))],
  },
};

import type { Dim } from "../../base/shape.ts";
import { broadcast, unify } from "./broadcast.ts";
import { type Inferred, type Known, type PartialShape, shaped } from "./known.ts";
import { demand, type RuleContext, type ShapeRules } from "./rule.ts";

/** Matrix products. */
export const productRules = {
  Gemm: (context) => [gemm(context)],
  MatMul: ({ A, B }) => [shaped(A.dtype, matMul(A.shape, B.shape))],
} satisfies Partial<ShapeRules>;

/** A [M, K] · B [K, N] + C, with A or B transposed; C broadcasts to [M, N]. */
function gemm({ A, B, C, attributes: { transA, transB } }: RuleContext<"Gemm">): Inferred {
  const [M, fromA] = matrix("A", A, transA);
  const [N, fromB] = matrix("B", B, 1 - transB);
  unify(fromA, fromB, () => "the inner extents differ");
  if (C?.shape) {
    const sum = broadcast([[M, N], C.shape]);
    demand(sum?.length === 2, () => `C has rank ${C.shape?.length}`);
    unify(sum?.[0], M, () => "C does not broadcast to the product's rows");
    unify(sum?.[1], N, () => "C does not broadcast to the product's columns");
  }
  return shaped(A.dtype, [M, N]);
}

function matrix(name: string, { shape }: Known, swap: number): readonly (Dim | undefined)[] {
  demand(!shape || shape.length === 2, () => `${name} has rank ${shape?.length}, not 2`);
  const [rows, columns] = shape ?? [];
  return swap ? [columns, rows] : [rows, columns];
}

/** Numpy's matmul: vectors get an axis that is taken away again, leading axes broadcast. */
function matMul(a: PartialShape | undefined, b: PartialShape | undefined): PartialShape | undefined {
  if (!a || !b) return undefined;
  demand(a.length > 0 && b.length > 0, () => "a scalar has no matrix product");
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  unify(left.at(-1), right.at(-2), () => "the inner extents differ");
  const batch = broadcast([left.slice(0, -2), right.slice(0, -2)]) ?? [];
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2)]), ...(b.length === 1 ? [] : [right.at(-1)])];
}

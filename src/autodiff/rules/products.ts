import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { range, scalar, shapeOf } from "../extents.ts";
import type { GradientRules } from "../rule.ts";

export const productRules = {
  // Y = alpha·A'·B' + beta·C; with A' = A: dA = alpha·dY·B'ᵀ, with A' = Aᵀ: dA = alpha·B'·dYᵀ
  Gemm: {
    A: ({ g, B, dY, attributes: { alpha, transA, transB } }) =>
      transA
        ? g.Gemm(B, dY, undefined, { alpha, transA: transB, transB: 1 })
        : g.Gemm(dY, B, undefined, { alpha, transB: transB ? 0 : 1 }),
    B: ({ g, A, dY, attributes: { alpha, transA, transB } }) =>
      transB
        ? g.Gemm(dY, A, undefined, { alpha, transA: 1, transB: transA })
        : g.Gemm(A, dY, undefined, { alpha, transA: transA ? 0 : 1 }),
    C: ({ g, dY, attributes: { beta } }) => (beta === 1 ? dY : g.Mul(dY, scalar(g, dY, beta))),
  },
  // Y = A·B over the last two axes, the others broadcast
  MatMul: {
    A: ({ g, A, B, dY }) => g.MatMul(asMatrices(g, A, B, dY), swapLast(g, asColumn(g, B))),
    B: ({ g, A, B, dY }) => {
      const shared = sharedMatrix(g, A, B, dY);
      if (shared) return shared;
      const gradient = g.MatMul(swapLast(g, asRow(g, A)), asMatrices(g, A, B, dY));
      return isVector(B) ? g.Squeeze(gradient, g.ints([-1])) : gradient;
    },
  },
} satisfies Partial<GradientRules>;

const isVector = (value: Value): boolean => shapeOf(value).length === 1;

/** A vector on the left of a product is a row, one on the right a column. */
const asRow = (g: GraphBuilder, A: Value): Value => (isVector(A) ? g.Unsqueeze(A, g.ints([0])) : A);
const asColumn = (g: GraphBuilder, B: Value): Value => (isVector(B) ? g.Unsqueeze(B, g.ints([1])) : B);

/** The gradient of A·B with the axes that a vector among the factors has taken away. */
function asMatrices(g: GraphBuilder, A: Value, B: Value, dY: Value): Value {
  const axes = [...(isVector(A) ? [-2] : []), ...(isVector(B) ? [-1] : [])];
  return axes.length > 0 ? g.Unsqueeze(dY, g.ints(axes)) : dY;
}

/**
 * The gradient of one matrix [K, M] that multiplies a stack A [..., L, K]: a single product of A and dY with all but
 * their last axes flattened, instead of a stack of products and a sum over it.
 */
function sharedMatrix(g: GraphBuilder, A: Value, B: Value, dY: Value): Value | undefined {
  const [K, M] = shapeOf(B);
  if (shapeOf(B).length !== 2 || shapeOf(A).length <= 2) return undefined;
  if (typeof K !== "number" || typeof M !== "number") return undefined;
  return g.Gemm(g.Reshape(A, g.ints([-1, K])), g.Reshape(dY, g.ints([-1, M])), undefined, { transA: 1 });
}

function swapLast(g: GraphBuilder, X: Value): Value {
  const rank = shapeOf(X).length;
  const last = [rank - 1, rank - 2];
  return g.Transpose(X, { perm: [...range(rank - 2), ...last] });
}

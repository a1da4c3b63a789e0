import type { Tensor } from "../../src/base/tensor.ts";
import { float64, floatsOf } from "./elements.ts";
import { at, broadcastOffset, broadcastShape } from "./index-space.ts";
import type { Kernel, Kernels } from "./kernel.ts";

/** Y = alpha · A' B' + beta · C, where A' is A or its transpose, and C broadcasts to [M, N]. */
const Gemm: Kernel<"Gemm"> = ({ A, B, C }, { alpha, beta, transA, transB }) => {
  const left = matrix(A, transA !== 0);
  const right = matrix(B, transB !== 0);
  const c = C && floatsOf(C);
  const offset = C && broadcastOffset(C.shape);
  const Y = float64([left.rows, right.columns], ([i = 0, j = 0]) => {
    let sum = 0;
    for (let k = 0; k < left.columns; k++) sum += left.get(i, k) * right.get(k, j);
    return alpha * sum + (c && offset ? beta * at(c, offset([i, j])) : 0);
  });
  return [Y];
};

function matrix(value: Tensor, transpose: boolean) {
  const data = floatsOf(value);
  const [rows, columns] = [at(value.shape, 0), at(value.shape, 1)];
  return transpose
    ? { rows: columns, columns: rows, get: (i: number, j: number) => at(data, j * columns + i) }
    : { rows, columns, get: (i: number, j: number) => at(data, i * columns + j) };
}

/** numpy.matmul: the leading axes broadcast; a vector is a row on the left, a column on the right. */
const MatMul: Kernel<"MatMul"> = ({ A, B }) => {
  const [a, b] = [floatsOf(A), floatsOf(B)];
  const left = A.shape.length === 1 ? [1, ...A.shape] : A.shape;
  const right = B.shape.length === 1 ? [...B.shape, 1] : B.shape;
  const inner = at(left, left.length - 1);
  const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2));
  const [offsetA, offsetB] = [broadcastOffset(left), broadcastOffset(right)];
  const product = float64([...batch, ...left.slice(-2, -1), ...right.slice(-1)], (index) => {
    const [lead, row, column] = [index.slice(0, -2), ...index.slice(-2)];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += at(a, offsetA([...lead, row ?? 0, k])) * at(b, offsetB([...lead, k, column ?? 0]));
    }
    return sum;
  });
  const rows = A.shape.length === 1 ? [] : left.slice(-2, -1);
  const columns = B.shape.length === 1 ? [] : right.slice(-1);
  return [{ ...product, shape: [...batch, ...rows, ...columns] }];
};

export const products: Kernels<"Gemm" | "MatMul"> = { Gemm, MatMul };

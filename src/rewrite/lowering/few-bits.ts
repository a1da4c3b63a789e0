import { numbersOf, type Tensor, tensor } from "../../base/tensor.ts";
import type { Lowering } from "./emitter.ts";

/** A matrix [N, K] of `bits` each, in blocks along K that share a scale and a zero point. */
interface Packed {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly blockSize: number;
}

/**
 * MatMulNBits: A · Wᵀ + bias, W [N, K] of 2, 4 or 8 bits. Of each byte the lowest bits come first; a block starts a byte,
 * and so do a row's zero points, which are 2^(bits − 1) where there are none.
 *
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 */
export const MatMulNBits: Lowering = (emitter) => {
  const [A = "", B = "", scales = "", zeros = "", order = "", bias = ""] = emitter.node.inputs;
  const [weight, scale, zeroPoints] = [B, scales, zeros].map((name) => emitter.constantOf(name));
  if (!weight || !scale || (zeros !== "" && !zeroPoints))
    throw emitter.refused("has weights that are computed at run time");
  if (order !== "") throw emitter.refused("has its columns in another order (g_idx)");
  const packed = {
    rows: emitter.number("N", 0),
    columns: emitter.number("K", 0),
    bits: emitter.number("bits", 4),
    blockSize: emitter.number("block_size", 32),
  };
  const { rows, columns, bits, blockSize } = packed;
  const sane = [rows, columns, blockSize].every((extent) => extent > 0) && [2, 4, 8].includes(bits);
  const blocks = rows * Math.ceil(columns / blockSize);
  if (!sane || weight.data.length !== (blocks * blockSize * bits) / 8 || scale.data.length !== blocks) {
    throw emitter.refused(
      `holds ${weight.data.length} bytes and ${scale.data.length} scales for [${rows}, ${columns}]`,
    );
  }
  const W = emitter.constant("dequantised", unpacked(packed, numbersOf(weight), numbersOf(scale), zeroPoints));
  if (bias === "") return emitter.last("MatMul", [A, W]);
  return emitter.last("Add", [emitter.emit("MatMul", [A, W]), bias]);
};

/** [K, N] in float32. */
function unpacked(
  { rows, columns, bits, blockSize }: Packed,
  bytes: readonly number[],
  scales: readonly number[],
  zeroPoints: Tensor | undefined,
): Tensor<"float32"> {
  const blocks = Math.ceil(columns / blockSize);
  const field = (list: readonly number[], row: number, rowBytes: number, at: number) =>
    ((list[row * rowBytes + Math.floor((at * bits) / 8)] ?? 0) >> ((at * bits) % 8)) & (2 ** bits - 1);
  const zeros = zeroPoints && numbersOf(zeroPoints);
  const zeroOf = (row: number, block: number) => {
    if (!zeros) return 2 ** (bits - 1);
    const isPacked = zeroPoints.dtype === "uint8";
    return isPacked ? field(zeros, row, Math.ceil((blocks * bits) / 8), block) : (zeros[row * blocks + block] ?? 0);
  };
  const data = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(column / blockSize);
      const q = field(bytes, row * blocks + block, (blockSize * bits) / 8, column % blockSize);
      data[column * rows + row] = (q - zeroOf(row, block)) * (scales[row * blocks + block] ?? 1);
    }
  }
  return tensor("float32", [columns, rows], data);
}

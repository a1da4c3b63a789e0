import type { SparseTensorProto } from "onnx-buf";
import { arrayOf } from "../../base/dtype.ts";
import { mostAxes, type StaticShape, sameShape, sizeOf } from "../../base/shape.ts";
import { bytesOf, isDType, type Tensor, tensor } from "../../base/tensor.ts";
import { broken, decodeTensor, unsupported } from "./decode-tensor.ts";

/**
 * A sparse tensor with its zeros.
 *
 * @param mostBytes what it may take: a file of a few bytes can ask for any number
 * @throws {ModelError} "not-onnx" for positions that are outside, not ascending or not as many as values ·
 *   "unsupported-model" for what is too large, or is no tensor that Regraft holds
 */
export function decodeSparse(
  { values, indices, dims }: SparseTensorProto,
  { mostBytes }: { readonly mostBytes: number },
): Tensor {
  const label = values?.name ?? "";
  if (!values || !indices) throw broken(label, "is sparse, and has no values or no indices");
  const [given, places] = [decodeTensor(values, label), decodeTensor(indices, `${label}.indices`)];
  if (dims.length > mostAxes) throw broken(label, `is sparse, and has ${dims.length} axes`);
  const shape = dims.map(Number);
  const width = arrayOf[given.dtype].BYTES_PER_ELEMENT;
  if (shape.some((extent) => !(extent >= 0))) throw broken(label, `is sparse, and has the shape [${shape}]`);
  if (!(sizeOf(shape) * width <= mostBytes)) {
    throw unsupported(`The sparse tensor "${label}" of shape [${shape}] is too large to be written out.`, {
      hint: "Export the model with dense weights.",
    });
  }
  const data = new arrayOf[given.dtype](sizeOf(shape));
  const [source, target] = [bytesOf(given), new Uint8Array(data.buffer)];
  for (const [from, to] of positions(places, { shape, count: given.data.length, label }).entries()) {
    target.set(source.subarray(from * width, (from + 1) * width), to * width);
  }
  return tensor(given.dtype, shape, data);
}

interface Expected {
  readonly shape: StaticShape;
  /** How many values have a place. */
  readonly count: number;
  readonly label: string;
}

/** Row-major offsets, from indices [NNZ], which are such offsets, or [NNZ, rank]. */
function positions(indices: Tensor, { shape, count, label }: Expected): readonly number[] {
  const isFlat = sameShape(indices.shape, [count]);
  if (!isDType(indices, "int64") || !(isFlat || sameShape(indices.shape, [count, shape.length]))) {
    throw broken(label, `is sparse, and has ${count} values and indices of shape [${indices.shape}]`);
  }
  const extents = isFlat ? [sizeOf(shape)] : shape;
  const found: number[] = [];
  for (let row = 0; row < count; row++) {
    const index = extents.map((_, axis) => Number(indices.data[row * extents.length + axis] ?? 0));
    const isInside = index.every((at, axis) => at >= 0 && at < (extents[axis] ?? 0));
    const offset = index.reduce((sum, at, axis) => sum * (extents[axis] ?? 0) + at, 0);
    if (!isInside || offset <= (found.at(-1) ?? -1)) {
      throw broken(label, `is sparse, and its index [${index}] is outside of it, or not in ascending order`);
    }
    found.push(offset);
  }
  return found;
}

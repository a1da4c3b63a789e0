import { arrayOf, type DType, type DTypeArrays } from "./dtype.ts";
import { GraphError } from "./errors.ts";
import { formatShape, type StaticShape, sizeOf } from "./shape.ts";

/** Numbers with a shape, row-major. No arithmetic: onnxruntime does that. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: StaticShape;
  readonly data: DTypeArrays[D];
}

/**
 * @param data as many elements as `shape` says
 * @throws {GraphError} "bad-shape"
 */
export function tensor<D extends DType>(dtype: D, shape: StaticShape, data: DTypeArrays[D]): Tensor<D> {
  if (data.length !== sizeOf(shape)) {
    throw new GraphError("bad-shape", `A tensor of shape ${formatShape(shape)} cannot hold ${data.length} elements.`);
  }
  return { dtype, shape, data };
}

export const zeros = <D extends DType>(dtype: D, shape: StaticShape): Tensor<D> =>
  tensor(dtype, shape, new arrayOf[dtype](sizeOf(shape)));

/** float32 tensor of the numbers given; a scalar when `shape` is `[]`. */
export const floats = (values: ArrayLike<number>, shape: StaticShape = [values.length]): Tensor<"float32"> =>
  tensor("float32", shape, Float32Array.from(values));

/** int64 tensor of whole numbers. */
export const ints = (values: readonly number[], shape: StaticShape = [values.length]): Tensor<"int64"> =>
  tensor("int64", shape, BigInt64Array.from(values, BigInt));

/** The tensor's bytes, little-endian, without a copy. */
export const bytesOf = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A tensor over `bytes`: a view where their alignment allows it, else a copy. */
export function fromBytes<D extends DType>(dtype: D, shape: StaticShape, bytes: Uint8Array): Tensor<D> {
  const Elements = arrayOf[dtype];
  const length = bytes.byteLength / Elements.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % Elements.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  if (!Number.isInteger(length)) {
    throw new GraphError("bad-shape", `${bytes.byteLength} bytes are not a whole number of ${dtype} elements.`);
  }
  return tensor(dtype, shape, new Elements(aligned.buffer, aligned.byteOffset, length));
}

/** Elements as JavaScript numbers; int64 beyond 2^53 lose their last digits. Not for float16. */
export const numbersOf = ({ data }: Tensor): number[] => Array.from(data as ArrayLike<number | bigint>, Number);

export function isDType<D extends DType>(value: Tensor, dtype: D): value is Tensor<D> {
  return value.dtype === dtype;
}

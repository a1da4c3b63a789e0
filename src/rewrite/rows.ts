import { arrayOf } from "../base/dtype.ts";
import { type Tensor, tensor } from "../base/tensor.ts";

/** Whether a tensor repeats its first row along its first axis. */
export function rowsAreEqual({ shape, data }: Tensor): boolean {
  const length = data.length / (shape[0] ?? 1);
  return data.every((value: number | bigint, at: number) => value === data[at % length]);
}

/** The first row, [1, ...]. */
export function firstRow({ dtype, shape, data }: Tensor): Tensor {
  const length = data.length / (shape[0] ?? 1);
  const row = new arrayOf[dtype](data.buffer, data.byteOffset, length);
  return tensor(dtype, [1, ...shape.slice(1)], row);
}

import { type StaticShape, sizeOf } from "../base/shape.ts";
import { type Tensor, tensor } from "../base/tensor.ts";

/**
 * The tensor with its axes in another order, as ONNX's Transpose.
 *
 * @param axes which axis of the source each axis of the result is
 * @param as what to take the source's shape for, where its axes are to be parted first
 */
export function permuted(
  source: Tensor<"float32">,
  axes: readonly number[],
  { as = source.shape }: { readonly as?: StaticShape } = {},
): Tensor<"float32"> {
  const shape = axes.map((axis) => as[axis] ?? 1);
  const steps = axes.map((axis) => sizeOf(as.slice(axis + 1)));
  const data = new Float32Array(sizeOf(shape));
  const last = shape.length - 1;
  const [length, step] = [shape[last] ?? 1, steps[last] ?? 1];
  const index = shape.map(() => 0);
  for (let at = 0, from = 0; at < data.length; ) {
    for (let i = 0, read = from; i < length; i++, read += step) data[at++] = source.data[read] ?? 0;
    for (let axis = last - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const end = shape[axis] ?? 1;
      from += steps[axis] ?? 0;
      index[axis] = next;
      if (next < end) break;
      from -= end * (steps[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return tensor("float32", shape, data);
}

import { isDType, type Tensor, tensor } from "../../src/base/tensor.ts";

/** float32 as float64; other types as they are. */
export function widened(value: Tensor): Tensor {
  if (isDType(value, "float32")) return tensor("float64", value.shape, Float64Array.from(value.data));
  if (value.dtype === "float16" || value.dtype === "bfloat16") throw new TypeError(`${value.dtype} is not read here`);
  return value;
}

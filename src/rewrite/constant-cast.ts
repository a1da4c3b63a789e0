import { arrayOf, type DType } from "../base/dtype.ts";
import { floats, ints, numbersOf, type Tensor, tensor } from "../base/tensor.ts";

/** The types whose elements are JavaScript numbers, or bigints that fit into them. */
export const countable: ReadonlySet<DType> = new Set(["float32", "float64", "int32", "int64", "uint8", "int8", "bool"]);

/** Floats lose their fraction towards zero, anything but 0 is true; undefined for types kept as raw bits. */
export function cast(source: Tensor, to: DType): Tensor | undefined {
  if (!countable.has(source.dtype) || !countable.has(to)) return undefined;
  if (source.dtype === to) return source;
  const values = numbersOf(source);
  if (to === "bool")
    return tensor(
      "bool",
      source.shape,
      Uint8Array.from(values, (x) => (x === 0 ? 0 : 1)),
    );
  if (to === "float32") return floats(values, source.shape);
  if (to === "float64") return tensor("float64", source.shape, Float64Array.from(values));
  const whole = values.map(Math.trunc);
  if (!whole.every(Number.isSafeInteger)) return undefined;
  if (to === "int64") return ints(whole, source.shape);
  const target = new arrayOf.int32(whole.length);
  target.set(whole);
  return to === "int32" ? tensor("int32", source.shape, target) : undefined;
}

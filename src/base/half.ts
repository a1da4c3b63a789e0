import { type Tensor, tensor } from "./tensor.ts";

/**
 * Numbers of 16 bits, kept as their bits. float16 (IEEE 754 binary16) has 5 bits of exponent and 10 of fraction: up to
 * 65504, and down to 2⁻²⁴ in steps of 2⁻²⁴. bfloat16 is the upper half of a float32.
 */

const number = new Float32Array(1);
const bitsOfNumber = new Uint32Array(number.buffer);

/** The number that 16 bits stand for as a float16; every one of them is a float32 too. */
export function halfToFloat(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (fraction + 0x400) * 2 ** (exponent - 25);
}

/** The bits of the float16 nearest to a float32, to the even one of two; from 65520 on that is infinity. */
export function floatToHalf(value: number): number {
  number[0] = value;
  return halfOfBits(bitsOfNumber[0] ?? 0);
}

/** float32 bits to float16 bits. Adding just under half of the last place, and the place itself, rounds to even. */
function halfOfBits(bits: number): number {
  const [sign, size] = [(bits >>> 16) & 0x8000, bits & 0x7fffffff];
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x47800000) return sign | 0x7c00;
  if (size >= 0x38800000) return sign | ((size + 0xfff + ((size >>> 13) & 1) - 0x38000000) >>> 13);
  // Below 2⁻¹⁴ the fraction counts in steps of 2⁻²⁴: what lies below such a step is shifted out.
  const shift = 126 - (size >>> 23);
  if (shift > 24) return sign;
  const fraction = (size & 0x7fffff) | 0x800000;
  const below = fraction & ((1 << shift) - 1);
  const [half, kept] = [1 << (shift - 1), fraction >>> shift];
  return sign | (kept + (below > half || (below === half && kept & 1) ? 1 : 0));
}

/** The same numbers in float32. */
export function floatsOfHalves({ shape, data }: Tensor<"float16">): Tensor<"float32"> {
  return tensor("float32", shape, Float32Array.from(data, halfToFloat));
}

/** The same numbers in float32: their bits with 16 zeros behind. */
export function floatsOfBrains({ shape, data }: Tensor<"bfloat16">): Tensor<"float32"> {
  const bits = Uint32Array.from(data, (half) => half << 16);
  return tensor("float32", shape, new Float32Array(bits.buffer));
}

/** The nearest float16 of each number; see `floatToHalf`. */
export function halvesOfFloats({ shape, data }: Tensor<"float32">): Tensor<"float16"> {
  return tensor("float16", shape, Uint16Array.from(data, floatToHalf));
}

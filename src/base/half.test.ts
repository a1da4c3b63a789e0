import { describe, expect, test } from "vitest";
import { floatsOfBrains, floatsOfHalves, floatToHalf, halfToFloat } from "./half.ts";
import { floats, tensor } from "./tensor.ts";

const all = Array.from({ length: 65536 }, (_, bits) => bits);
const isNaNHalf = (bits: number) => (bits & 0x7fff) > 0x7c00;
/** The finite halves that are not negative, rising: their bits rise with them. */
const finite = all.slice(0, 0x7c00);

describe("float16", () => {
  test("has the numbers that the standard names", () => {
    const named = [0x0000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0x7bff, 0x7c00, 0xfc00, 0xc000];
    expect(named.map(halfToFloat)).toEqual([
      0,
      2 ** -24,
      2 ** -14 - 2 ** -24,
      2 ** -14,
      0.333251953125,
      1,
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -2,
    ]);
    expect(halfToFloat(0x8000)).toBe(-0);
    expect(halfToFloat(0x7c01)).toBeNaN();
  });

  test("rises with its bits", () => {
    const falls = finite.filter((bits) => bits > 0 && !(halfToFloat(bits) > halfToFloat(bits - 1)));
    expect(falls).toEqual([]);
  });

  test("comes back from float32 bit by bit, all 65536", () => {
    const changed = all.filter((bits) => !isNaNHalf(bits) && floatToHalf(halfToFloat(bits)) !== bits);
    expect(changed).toEqual([]);
    expect(all.filter(isNaNHalf).every((bits) => isNaNHalf(floatToHalf(halfToFloat(bits))))).toBe(true);
  });

  test("rounds to the even one exactly half-way between two neighbours, and to the nearer one beside it", () => {
    const wrong = finite.slice(0, -1).filter((low) => {
      const [a, b] = [halfToFloat(low), halfToFloat(low + 1)];
      // Exact: float32 has 13 bits more.
      const middle = (a + b) / 2;
      const even = low % 2 === 0 ? low : low + 1;
      return ![1, -1].every((sign) => {
        const bits = (half: number) => (sign < 0 ? half | 0x8000 : half);
        return (
          floatToHalf(sign * middle) === bits(even) &&
          floatToHalf(sign * beside(middle, -1)) === bits(low) &&
          floatToHalf(sign * beside(middle, 1)) === bits(low + 1)
        );
      });
    });
    expect(wrong).toEqual([]);
  });

  test("ends at 65504: from 65520 on there is only infinity", () => {
    expect([65519.996, 65520, 1e30, Number.POSITIVE_INFINITY].map(floatToHalf)).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0x7c00,
    ]);
    expect([-65519.996, -65520].map(floatToHalf)).toEqual([0xfbff, 0xfc00]);
  });
});

test("tensors keep their shape", () => {
  expect(floatsOfHalves(tensor("float16", [2, 1], Uint16Array.of(0x3c00, 0xc000)))).toEqual(floats([1, -2], [2, 1]));
  expect(floatsOfBrains(tensor("bfloat16", [2, 1], Uint16Array.of(0x3f80, 0xc000)))).toEqual(floats([1, -2], [2, 1]));
});

/** The next float32 above (1) or below (-1) a positive one. */
function beside(value: number, direction: 1 | -1): number {
  const one = Float32Array.of(value);
  const bits = new Uint32Array(one.buffer);
  bits[0] = (bits[0] ?? 0) + direction;
  return one[0] ?? 0;
}

import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { graphBuilder } from "../onnx/builder.ts";
import { encodeModel } from "../onnx/encode.ts";
import { modelOf } from "../onnx/model.ts";
import { floatsOfBrains, floatsOfHalves, floatToHalf, halfToFloat, halvesOfFloats } from "./half.ts";
import { random } from "./random.ts";
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

  test("is what onnxruntime casts 200,000 random floats to, of all sizes", async () => {
    const rng = random(3);
    const bits = Uint32Array.from({ length: 200_000 }, () => Math.floor(rng.uniform(0, 2 ** 32)));
    // Half of them by their bits, thus of every exponent; half in the range of weights.
    const values = new Float32Array(bits.buffer).map((value, at) => (at % 2 === 0 ? value : rng.uniform(-2, 2)));
    const numbers = values.map((value) => (Number.isNaN(value) ? 0 : value));
    const wanted = await castByOnnxruntime(numbers);
    expect(halvesOfFloats(floats(numbers)).data).toEqual(wanted);
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

async function castByOnnxruntime(values: Float32Array): Promise<Uint16Array> {
  const g = graphBuilder();
  const cast = g.Cast(g.input("x", "float32", ["N"]), { to: 10 });
  const session = await InferenceSession.create(encodeModel(modelOf(g.build([cast]))), { logSeverityLevel: 3 });
  const results = await session.run({ x: new OrtTensor("float32", values, [values.length]) });
  const halves = results[cast.name]?.data as unknown;
  if (halves instanceof Uint16Array) return Uint16Array.from(halves);
  // Newer engines give a Float16Array: its bytes are the bits.
  const { buffer, byteOffset, byteLength } = halves as Float32Array;
  return new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

import { describe, expect, test } from "vitest";
import { GraphError } from "./errors.ts";
import { bytesOf, floats, fromBytes, ints, isDType, numbersOf, tensor, zeros } from "./tensor.ts";

describe("tensor", () => {
  test("takes as many elements as its shape says, and does not copy them", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const made = tensor("float32", [2, 3], data);
    expect(made).toEqual({ dtype: "float32", shape: [2, 3], data });
    expect(made.data).toBe(data);
    expect(tensor("int8", [0, 4], new Int8Array()).data.length).toBe(0);
  });

  test("refuses another number of elements", () => {
    const call = () => tensor("float32", [2, 3], new Float32Array(5));
    expect(call).toThrow("A tensor of shape [2, 3] cannot hold 5 elements.");
    expect(call).toThrow(GraphError);
    expect(() => tensor("float32", [], new Float32Array(2))).toThrow(expect.objectContaining({ code: "bad-shape" }));
  });

  test("floats makes a vector by default, a scalar for []", () => {
    expect(floats([1, 2.5])).toEqual(tensor("float32", [2], Float32Array.of(1, 2.5)));
    expect(floats([7], [])).toEqual(tensor("float32", [], Float32Array.of(7)));
  });

  test("ints keeps whole numbers up to 2^53", () => {
    expect(ints([-1, 2 ** 53]).data).toEqual(BigInt64Array.of(-1n, 9007199254740992n));
    expect(numbersOf(ints([-1, 2 ** 53]))).toEqual([-1, 2 ** 53]);
  });

  test("zeros has the array of its dtype", () => {
    expect(zeros("int64", [2])).toEqual({ dtype: "int64", shape: [2], data: BigInt64Array.of(0n, 0n) });
    expect(zeros("bool", [1, 1]).data).toEqual(Uint8Array.of(0));
  });
});

describe("bytes", () => {
  test("bytesOf is a view on a tensor's own part of its buffer", () => {
    const whole = Float32Array.of(0, 1, 2, 3);
    const bytes = bytesOf(tensor("float32", [2], whole.subarray(1, 3)));
    expect(bytes.length).toBe(8);
    bytes.fill(0);
    expect([...whole]).toEqual([0, 0, 0, 3]);
  });

  test("fromBytes reads them back, little-endian", () => {
    expect(fromBytes("float32", [2], Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192)).data).toEqual(Float32Array.of(1, -2));
    const values = ints([1, -2, 3]);
    expect(fromBytes("int64", [3], bytesOf(values))).toEqual(values);
  });

  test("fromBytes is a view where the bytes are aligned, a copy where they are not", () => {
    const file = new Uint8Array(17);
    const aligned = fromBytes("float32", [2], file.subarray(8, 16));
    expect(aligned.data.buffer).toBe(file.buffer);
    const shifted = fromBytes("float32", [2], file.subarray(9, 17));
    expect(shifted.data.buffer).not.toBe(file.buffer);
    expect([...shifted.data]).toEqual([0, 0]);
  });

  test("fromBytes refuses parts of elements and other numbers of them", () => {
    expect(() => fromBytes("float32", [1], new Uint8Array(5))).toThrow(
      "5 bytes are not a whole number of float32 elements.",
    );
    expect(() => fromBytes("float32", [1], new Uint8Array(8))).toThrow("cannot hold 2 elements");
  });
});

test("isDType tells dtypes apart", () => {
  const value = floats([1]);
  expect([isDType(value, "float32"), isDType(value, "float64")]).toEqual([true, false]);
});

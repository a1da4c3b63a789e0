import { describe, expect, test } from "vitest";
import { bytesOf, floats, ints } from "../base/tensor.ts";
import { graphBuilder } from "./builder.ts";
import { decodeModel, openModelFile } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import { encodeForDisk, encodeForEngine } from "./encode-external.ts";
import type { Model } from "./graph.ts";
import { modelOf } from "./model.ts";

const filled = (value: number, length: number) => floats(new Float32Array(length).fill(value));

/** Weights of 4 KB, 2 MiB and 4 KB, and a shape of 8 bytes. */
const model: Model = (() => {
  const g = graphBuilder({ name: "weights" });
  const X = g.input("X", "float32", ["N", 1024]);
  const first = g.Add(X, g.initializer("first", filled(1, 1024)));
  const wide = g.MatMul(first, g.initializer("large", floats(new Float32Array(2 ** 19).fill(2), [1024, 512])));
  const flat = g.Reshape(wide, g.initializer("shape", ints([-1])));
  return modelOf(
    g.build([g.named("Y", g.Add(g.Reshape(flat, g.ints([-1, 1024])), g.initializer("last", filled(3, 1024))))]),
  );
})();

describe("encodeForDisk", () => {
  test("keeps a model that fits in one file", () => {
    expect(encodeForDisk(model, { dataFile: "data" })).toEqual({ bytes: encodeModel(model), data: undefined });
  });

  test("puts the large weights of one that does not into a file beside it, where a page starts", () => {
    const { bytes, data = [] } = encodeForDisk(model, { dataFile: "model.onnx_data", mostBytes: 1024 });
    const { external, decode } = openModelFile(bytes);
    expect(external).toEqual([
      { tensor: "first", location: "model.onnx_data", offset: 0, sizeBytes: 4096 },
      { tensor: "large", location: "model.onnx_data", offset: 2 ** 16, sizeBytes: 2 ** 21 },
      { tensor: "last", location: "model.onnx_data", offset: 2 ** 16 + 2 ** 21, sizeBytes: 4096 },
    ]);
    expect(bytes.length).toBeLessThan(1024);
    const whole = new Uint8Array(Buffer.concat(data));
    expect(whole.length).toBe(2 ** 16 + 2 ** 21 + 4096);
    const bytesFor = external.map(
      (one) => [one, whole.subarray(one.offset, one.offset + one.sizeBytes)] satisfies [unknown, unknown],
    );
    expect(decode(new Map(bytesFor))).toEqual(model);
  });

  test("does not copy weights", () => {
    const { data = [] } = encodeForDisk(model, { dataFile: "d", mostBytes: 0 });
    for (const name of ["first", "large", "last"]) {
      expect(data.map(({ buffer }) => buffer)).toContain(model.graph.initializers.get(name)?.data.buffer);
    }
  });
});

describe("encodeForEngine", () => {
  test("gives a model that fits as one message", () => {
    expect(encodeForEngine(model)).toEqual({ bytes: encodeModel(model), external: [] });
  });

  test("gives each large weight of one that does not as a view, at a location of its own", () => {
    const { bytes, external } = encodeForEngine(model, { mostBytes: 1024 });
    const places = openModelFile(bytes).external.map(({ location, offset }) => [location, offset]);
    expect(places).toEqual(external.map(({ location }) => [location, 0]));
    expect(new Set(external.map(({ location }) => location)).size).toBe(3);
    const large = model.graph.initializers.get("large");
    expect(external[1]?.bytes).toEqual(large && bytesOf(large));
    expect(external[1]?.bytes.buffer).toBe(large?.data.buffer);
  });
});

test("a model without the bytes of its weights is refused, and says in which file they are", () => {
  const { bytes } = encodeForDisk(model, { dataFile: "model.onnx_data", mostBytes: 0 });
  expect(() => decodeModel(bytes)).toThrow(
    expect.objectContaining({
      code: "no-external-data",
      message: 'The elements of the tensor "first" are not in the model but in model.onnx_data.',
    }),
  );
});

test("a misspelled option is refused", () => {
  const misspelled: object = { mostByte: 1 };
  expect(() => encodeForEngine(model, misspelled)).toThrow('no option "mostByte"');
});

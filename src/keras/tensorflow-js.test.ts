import { expect, test } from "vitest";
import { readTensorFlowJs } from "./tensorflow-js.ts";

test("numbers of 8 and 16 bits are read for what they stand for", () => {
  const weights = [
    { name: "a", shape: [2], dtype: "float32", quantization: { dtype: "uint8", scale: 0.5, min: -1 } },
    { name: "b", shape: [2], dtype: "float32", quantization: { dtype: "uint16", scale: 0.25, min: 1 } },
    { name: "c", shape: [1], dtype: "float32", quantization: { dtype: "float16", original_dtype: "float32" } },
    { name: "d", shape: [1], dtype: "float32" },
  ];
  const json = { modelTopology: {}, weightsManifest: [{ paths: ["w"], weights }] };
  const [group] = readTensorFlowJs(JSON.stringify(json), "model.json").groups;
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 4]);
  view.setUint16(2, 4, true);
  view.setUint16(4, 300, true);
  view.setUint16(6, 0x3c00, true); // 1 as a float16
  view.setFloat32(8, 2.5, true);
  expect(group?.sizeBytes).toBe(12);
  const numbers = group?.tensors(bytes).map(({ name, read }) => [name, [...read().data]]);
  expect(numbers).toEqual([
    ["a", [-1, 1]],
    ["b", [2, 76]],
    ["c", [1]],
    ["d", [2.5]],
  ]);
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSafetensors } from "../../test/safetensors.ts";
import { floats, ints } from "../base/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const golden = new URL("../../test/golden/resnet.safetensors", import.meta.url);

test("reads a file that PyTorch's safetensors wrote", () => {
  const mine = decodeSafetensors(readFileSync(golden));
  expect(Object.keys(mine).length).toBeGreaterThan(50);
  expect(mine).toEqual(readSafetensors(golden));
});

test("gives back what it wrote, names in any script included", () => {
  const tensors = { "head.0.weight": floats([1, -2.5, 3, 4], [2, 2]), größe: ints([1, 2]), empty: floats([], [0, 3]) };
  expect(decodeSafetensors(encodeSafetensors(tensors, { format: "pt" }))).toEqual(tensors);
});

test("refuses a file that is cut off, and one whose tensor lies outside", () => {
  const whole = encodeSafetensors({ w: floats([1, 2, 3]) });
  expect(() => decodeSafetensors(whole.subarray(0, whole.length - 4))).toThrowError(/"w" lies outside/);
  expect(() => decodeSafetensors(whole.subarray(0, 6))).toThrowError(/cut off/);
});

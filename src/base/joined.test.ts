import { expect, test } from "vitest";
import { joined } from "./joined.ts";

test("parts one after another, empty ones too", () => {
  expect(joined(Uint8Array, [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)])).toEqual(Uint8Array.of(1, 2, 3));
  expect(joined(Float32Array, [Float32Array.of(0.5), Float32Array.of(-1)])).toEqual(Float32Array.of(0.5, -1));
  expect(joined(Uint8Array, [])).toEqual(Uint8Array.of());
});

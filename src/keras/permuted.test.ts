import { expect, test } from "vitest";
import { floats } from "../base/tensor.ts";
import { permuted } from "./permuted.ts";

test("axes change places", () => {
  const counted = floats([0, 1, 2, 3, 4, 5], [1, 2, 3]);
  expect(permuted(counted, [2, 0, 1])).toEqual(floats([0, 3, 1, 4, 2, 5], [3, 1, 2]));
  expect(permuted(counted, [0, 1, 2])).toEqual(counted);
});

test("rows of a matrix can be taken for a map", () => {
  // [2·1·2, 2] as [2, 1, 2, 2] to [2, 2, 2, 1]
  const matrix = floats([0, 1, 2, 3, 4, 5, 6, 7], [4, 2]);
  expect(permuted(matrix, [3, 2, 0, 1], { as: [2, 1, 2, 2] })).toEqual(floats([0, 4, 2, 6, 1, 5, 3, 7], [2, 2, 2, 1]));
});

import { expect, it } from "vitest";
import type { Places } from "./places.ts";
import { regrouped } from "./regroup.ts";

const grid = (rows: number, columns: number): Places => ({ kind: "grid", axes: [rows, columns], height: 4, width: 6 });
const row = (axis: number, more: { readonly before?: number; readonly merged?: boolean } = {}): Places => ({
  kind: "row",
  axes: [axis],
  before: 0,
  merged: false,
  height: 4,
  width: 6,
  ...more,
});

it.each([
  ["rows and columns become tokens", grid(2, 3), ["N", 16, 4, 6], ["N", 16, 24], row(2)],
  ["and are parted again", row(1), ["N", 24, 16], ["N", 4, 6, 16], grid(1, 2)],
  ["channels are parted", grid(2, 3), ["N", 16, 4, 6], ["N", 4, 4, 4, 6], grid(3, 4)],
  ["channels are joined", grid(3, 4), ["N", 4, 4, 4, 6], ["N", 16, 4, 6], grid(2, 3)],
  ["tokens get heads", row(1, { before: 1 }), ["N", 25, 16], ["N", 25, 2, 8], row(1, { before: 1 })],
  ["axes of 1 come", row(1), ["N", 24, 16], ["N", 1, 24, 16], row(2)],
  ["and go", row(2), ["N", 1, 24, 16], ["N", 24, 16], row(1)],
  ["tokens join the batch", row(1, { before: 1 }), ["N", 25, 16], ["25*N", 16], row(0, { before: 1, merged: true })],
  ["and leave it", row(0, { before: 1, merged: true }), ["25*N", 16], ["N", 25, 16], row(1, { before: 1 })],
] as const)("%s", (_, places, from, to, expected) => {
  expect(regrouped(places, from, to)).toEqual(expected);
});

it.each([
  ["everything is flattened", grid(2, 3), ["N", 16, 4, 6], ["N", 384]],
  ["rows are cut into windows", grid(1, 2), ["N", 4, 6, 16], ["N", 2, 2, 6, 16]],
  ["tokens are parted into other rows", row(1), ["N", 24, 16], ["N", 6, 4, 16]],
  ["a class token is among what is parted", row(1, { before: 1 }), ["N", 25, 16], ["N", 5, 5, 16]],
  ["channels go in between", row(1), ["N", 24, 16], ["N", 16, 24]],
] as const)("loses the places where %s", (_, places, from, to) => {
  expect(regrouped(places, from, to)).toBeUndefined();
});

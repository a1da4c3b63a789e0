import { expect, it } from "vitest";
import { formulaPicture, goldenCells } from "../../../test/fixtures/formula-pictures.ts";
import { greyCells } from "./grey-cells.ts";
import { bitsApart, hashedSide, ones, perceptualHash } from "./perceptual-hash.ts";

it.each(goldenCells)("has the bits of scipy's transform for $width x $height pixels", ({ k, width, height, hash }) => {
  const cells = greyCells(formulaPicture(k, width, height), { columns: hashedSide, rows: hashedSide });
  const { low, high } = perceptualHash(cells);
  const digits = [low, high].flatMap((half) => Array.from({ length: 32 }, (_, bit) => (half >>> bit) & 1));
  expect(digits.join("")).toBe(hash);
});

it("counts the bits that differ, those of the signs too", () => {
  expect([0, 1, -1, 0x80000000 | 0, 0x55555555].map(ones)).toEqual([0, 1, 32, 1, 16]);
  expect(bitsApart({ low: -1, high: 0 }, { low: 0, high: 3 })).toBe(34);
});

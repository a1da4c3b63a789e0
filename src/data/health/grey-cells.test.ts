import { expect, it } from "vitest";
import { formulaPicture, goldenCells } from "../../../test/fixtures/formula-pictures.ts";
import { greyCells } from "./grey-cells.ts";

it.each(goldenCells)("has the means over area of $width x $height pixels", ({ k, width, height, sum, cells }) => {
  const picture = formulaPicture(k, width, height);
  expect(picture.data.reduce((a, b) => a + b, 0)).toBe(sum);
  const found = greyCells(picture, { columns: 8, rows: 8 });
  for (const [at, cell] of cells.entries()) expect(found[at]).toBeCloseTo(cell, 2);
});

it("gives a picture that is smaller than the grid the grey of its pixels", () => {
  const data = Uint8Array.from([0, 0, 0, 255, 255, 255]);
  const cells = greyCells({ width: 2, height: 1, data }, { columns: 4, rows: 2 });
  expect([...cells]).toEqual([0, 0, 255, 255, 0, 0, 255, 255]);
});

import { expect, test } from "vitest";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { classCounts, indicesByClass } from "./by-class.ts";
import { subset } from "./subset.ts";

test("the examples of each class, in their order, and how many there are; classes without one too", () => {
  const mixed = subset(drawnPictures({ classes: 3, perClass: 2 }), [3, 0, 2]);
  expect(indicesByClass(mixed)).toEqual([[1], [0, 2], []]);
  expect(classCounts(mixed)).toEqual([1, 2, 0]);
});

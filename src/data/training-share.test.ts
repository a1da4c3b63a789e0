import { expect, test } from "vitest";
import { drawnPictures } from "../../test/fixtures/pictures.ts";
import { trainingShare } from "./training-share.ts";

const dataset = drawnPictures({ classes: 3, perClass: 10 });
const namesOf = (share: number, seed = 0) => {
  const part = trainingShare(dataset, { share, seed });
  return Array.from({ length: part.size }, (_, index) => part.name(index));
};

test("takes the same share of each class, and one of each at least", () => {
  const counts = (names: readonly string[]) =>
    dataset.classes.map((name) => names.filter((file) => file.startsWith(`${name}/`)).length);
  expect(counts(namesOf(0.5))).toEqual([5, 5, 5]);
  expect(counts(namesOf(0.01))).toEqual([1, 1, 1]);
  expect(trainingShare(dataset, { share: 1, seed: 0 })).toBe(dataset);
});

test("smaller shares lie within larger ones; another seed takes others", () => {
  const larger = new Set(namesOf(0.6));
  expect(namesOf(0.3).filter((name) => !larger.has(name))).toEqual([]);
  expect(namesOf(0.3, 1)).not.toEqual(namesOf(0.3));
});

test.each([0, 1.1, Number.NaN])("a share of %d is refused", (share) => {
  expect(() => trainingShare(dataset, { share, seed: 0 })).toThrow(expect.objectContaining({ code: "bad-option" }));
});

import { expect, it } from "vitest";
import { centerBox, crop, inside, padded, roundHalfEven } from "./crop.ts";

const row = (...values: readonly number[]) => ({
  width: values.length,
  height: 1,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});

it("rounds halves to the even neighbour, as Python does", () => {
  expect([0.5, 1.5, 2.5, 3.5, 2.4, 2.6, -1.5, -2.5].map(roundHalfEven)).toEqual([0, 2, 2, 4, 2, 3, -2, -2]);
});

it("centres a crop with torchvision's offsets", () => {
  // (341 − 224) / 2 = 58.5 → 58; (335 − 224) / 2 = 55.5 → 56
  expect(centerBox({ width: 341, height: 335 }, { width: 224, height: 224 })).toEqual({
    left: 58,
    top: 56,
    width: 224,
    height: 224,
  });
});

it("puts the odd pixel of padding to the right and to the bottom", () => {
  const box = centerBox({ width: 2, height: 1 }, { width: 5, height: 1 });
  expect(box).toEqual({ left: -1, top: 0, width: 5, height: 1 });
  const picture = row(10, 20);
  const from = inside(box, picture);
  const { data } = padded(crop(picture, from), from, box);
  expect([...data].filter((_, at) => at % 3 === 0)).toEqual([0, 10, 20, 0, 0]);
});

it("copies a part", () => {
  const { data } = crop(row(1, 2, 3, 4), { left: 1, top: 0, width: 2, height: 1 });
  expect([...data]).toEqual([2, 2, 2, 3, 3, 3]);
});

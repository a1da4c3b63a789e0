import { expect, test } from "vitest";
import { padsOf } from "./padding.ts";

test.each([
  // one pixel is missing: it is put at the bottom and on the right
  { map: [8, 8, 1], size: 3, stride: 2, dilation: 1, pads: [0, 0, 1, 1] },
  { map: [7, 8, 1], size: 3, stride: 2, dilation: 1, pads: [1, 0, 1, 1] },
  { map: [5, 5, 1], size: 3, stride: 1, dilation: 1, pads: [1, 1, 1, 1] },
  { map: [5, 5, 1], size: 2, stride: 1, dilation: 1, pads: [0, 0, 1, 1] },
  { map: [9, 9, 1], size: 3, stride: 1, dilation: 2, pads: [2, 2, 2, 2] },
  // strides that step over the window leave nothing to add
  { map: [6, 6, 1], size: 1, stride: 2, dilation: 1, pads: [0, 0, 0, 0] },
] as const)(
  "same padding of $map, $size by $size, stride $stride, is $pads",
  ({ map, size, stride, dilation, pads }) => {
    const window = {
      size: [size, size],
      strides: [stride, stride],
      dilations: [dilation, dilation],
      padding: "same",
    } as const;
    expect(padsOf(window, map)).toEqual(pads);
  },
);

import type { Cases } from "./case.ts";

export const cropping: Cases<"Slice" | "Pad"> = {
  Slice: {
    "every axis": ({ g, float }) => [g.Slice(float([4, 5]), g.ints([1, 0]), g.ints([3, 4]))],
    "named axes, step 2, beyond the end": ({ g, float }) => [
      g.Slice(float([4, 5, 6]), g.ints([1, 0]), g.ints([100, -1]), g.ints([-1, 1]), g.ints([2, 3])),
    ],
    backwards: ({ g, float }) => [
      g.Slice(float([3, 6]), g.ints([-1]), g.ints([Number.MIN_SAFE_INTEGER]), g.ints([1]), g.ints([-1])),
    ],
    "backwards by 2, within": ({ g, float }) => [
      g.Slice(float([7]), g.ints([5]), g.ints([0]), g.ints([0]), g.ints([-2])),
    ],
    nothing: ({ g, float }) => [g.Slice(float([3, 2]), g.ints([2]), g.ints([1]))],
    int64: ({ g, ints }) => [g.Slice(ints([1, 2, 3]), g.ints([1]), g.ints([3]))],
  },
  Pad: {
    "a constant": ({ g, float }) => [g.Pad(float([2, 3]), g.ints([1, 0, 0, 2]), g.float(1.5))],
    "zeros by default": ({ g, float }) => [g.Pad(float([2, 3]), g.ints([1, 0, 0, 2]))],
    "negative pads crop": ({ g, float }) => [g.Pad(float([4, 5]), g.ints([-1, 2, 0, -2]))],
    "named axes": ({ g, float }) => [g.Pad(float([2, 3, 2]), g.ints([1, 2]), g.float(0), g.ints([-2]))],
    reflect: ({ g, float }) => [g.Pad(float([3, 4]), g.ints([2, 1, 1, 3]), { mode: "reflect" })],
    edge: ({ g, float }) => [g.Pad(float([3, 4]), g.ints([2, 1, 1, 3]), { mode: "edge" })],
    wrap: ({ g, float }) => [g.Pad(float([3, 4]), g.ints([2, 1, 1, 3]), { mode: "wrap" })],
  },
};

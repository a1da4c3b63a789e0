import type { GradientCases } from "./case.ts";

export const cropping: GradientCases<"Slice" | "Pad"> = {
  Slice: {
    "axis 1": ({ g, x }) => [g.Slice(x("data", ["N", 5]), g.ints([1]), g.ints([4]), g.ints([1]))],
    "beyond the end": ({ g, x }) => [
      g.Slice(x("data", ["N", 5, 3]), g.ints([2]), g.ints([Number.MAX_SAFE_INTEGER]), g.ints([1])),
    ],
    "two axes, negative": ({ g, x }) => [
      g.Slice(x("data", ["N", 5, 4]), g.ints([-4, 1]), g.ints([-1, 3]), g.ints([1, -1])),
    ],
    "step 2": ({ g, x }) => [g.Slice(x("data", ["N", 5]), g.ints([0]), g.ints([5]), g.ints([1]), g.ints([2]))],
    "step 2 with a remainder": ({ g, x }) => [
      g.Slice(x("data", ["N", 6, 2]), g.ints([1]), g.ints([6]), g.ints([1]), g.ints([2])),
    ],
    "step 2 and another axis": ({ g, x }) => [
      g.Slice(x("data", ["N", 5, 4]), g.ints([0, 1]), g.ints([5, 3]), g.ints([1, 2]), g.ints([3, 1])),
    ],
    backwards: ({ g, x }) => [
      g.Slice(x("data", ["N", 4]), g.ints([-1]), g.ints([Number.MIN_SAFE_INTEGER]), g.ints([1]), g.ints([-1])),
    ],
    "backwards by 2": ({ g, x }) => [
      g.Slice(x("data", ["N", 6]), g.ints([4]), g.ints([0]), g.ints([-1]), g.ints([-2])),
    ],
    everything: ({ g, x }) => [
      g.Slice(x("data", ["N", 4]), g.ints([0, 0]), g.ints([Number.MAX_SAFE_INTEGER, 4]), g.ints([0, 1])),
    ],
    nothing: ({ g, x, fixed }) => [
      g.Concat(g.Slice(x("data", ["N", 4]), g.ints([3]), g.ints([1]), g.ints([1])), fixed("B", ["N", 1]), { axis: 1 }),
    ],
    "a negative step from the end, axis -1": ({ g, x }) => [
      g.Slice(x("data", ["N", "L", 5]), g.ints([-2]), g.ints([-5]), g.ints([-1]), g.ints([-2])),
    ],
    "bounds by shape arithmetic": ({ g, x }) => {
      const data = x("data", ["N", 6]);
      const half = g.Div(g.Shape(data, { start: 1 }), g.ints([2]));
      return [g.Slice(data, g.ints([0]), half, g.ints([-1]))];
    },
    "all but the last of a symbolic axis": ({ g, x }) => [
      g.Slice(x("data", ["N", "L", 2]), g.ints([0]), g.ints([-1]), g.ints([1])),
    ],
    "a symbolic axis backwards, and another axis": ({ g, x }) => [
      g.Slice(
        x("data", ["L", 5, 2]),
        g.ints([-1, 1]),
        g.ints([Number.MIN_SAFE_INTEGER, 4]),
        g.ints([0, 1]),
        g.ints([-2, 2]),
      ),
    ],
    "beyond the ends of two symbolic axes": ({ g, x }) => [
      g.Slice(x("data", ["N", "L"]), g.ints([-9, 2]), g.ints([9, 9]), g.ints([0, 1])),
    ],
    "bounds that are computed": ({ g, x, indices }) => [
      g.Slice(x("data", ["N", 5]), indices("starts", [-4]), indices("ends", [9]), g.ints([1]), indices("steps", [2])),
    ],
    "computed bounds, no axes named": ({ g, x, indices }) => [
      g.Slice(x("data", ["L", 5]), indices("starts", [1, 0]), indices("ends", [2, -1])),
    ],
    "every axis, none named": ({ g, x }) => [g.Slice(x("data", [4, 5]), g.ints([1, 0]), g.ints([3, 4]))],
  },
  Pad: {
    "zeros around": ({ g, x }) => [g.Pad(x("data", ["N", 2, 3]), g.ints([0, 1, 0, 0, 0, 2]))],
    "a constant around": ({ g, x }) => [g.Pad(x("data", ["N", 2, 3]), g.ints([0, 1, 0, 0, 0, 2]), g.float(1.5))],
    "negative pads crop": ({ g, x }) => [g.Pad(x("data", ["N", 4, 5]), g.ints([0, -1, 2, 0, 0, -2]))],
    "crop everywhere": ({ g, x }) => [g.Pad(x("data", ["N", 4, 5]), g.ints([0, -1, -2, 0, -2, -1]))],
    "named axes": ({ g, x }) => [g.Pad(x("data", ["N", 3, 2]), g.ints([1, 2]), g.float(0), g.ints([-2]))],
    reflect: ({ g, x }) => [g.Pad(x("data", ["N", 3, 4]), g.ints([0, 2, 1, 0, 1, 3]), { mode: "reflect" })],
    edge: ({ g, x }) => [g.Pad(x("data", ["N", 3, 4]), g.ints([0, 2, 1, 0, 1, 5]), { mode: "edge" })],
    wrap: ({ g, x }) => [g.Pad(x("data", ["N", 3, 4]), g.ints([0, 2, 1, 0, 1, 3]), { mode: "wrap" })],
    "reflect on a channel, as its own axes say": ({ g, x }) => [
      g.Pad(x("data", ["N", 3, 2, 2]), g.ints([1, 2]), undefined, g.ints([-3]), { mode: "reflect" }),
    ],
    "reflect nothing": ({ g, x }) => [g.Pad(x("data", ["N", 3]), g.ints([0, 0, 0, 0]), { mode: "reflect" })],
  },
};

import type { Cases } from "./case.ts";

export const indexing: Cases<"GatherND" | "ScatterND" | "TopK" | "OneHot" | "NonZero"> = {
  GatherND: {
    elements: ({ g, float, ints }) => [g.GatherND(float([2, 3]), ints([0, 0, 1, -1], [2, 2]))],
    rows: ({ g, float, ints }) => [g.GatherND(float([2, 3, 2]), ints([1, 0, 1], [3, 1, 1]))],
    batch_dims: ({ g, float, ints }) => [g.GatherND(float([2, 3, 2]), ints([1, -1], [2, 1]), { batch_dims: 1 })],
    "two batch axes": ({ g, float, ints }) => [
      g.GatherND(float([2, 2, 3]), ints([0, 1, 2, 0], [2, 2, 1]), { batch_dims: 2 }),
    ],
  },
  ScatterND: {
    rows: ({ g, float, ints }) => [g.ScatterND(float([4, 2]), ints([2, 0], [2, 1]), float([2, 2]))],
    "add, where indices repeat": ({ g, float, ints }) => [
      g.ScatterND(float([3, 2]), ints([2, 1, 0, 0, 2, 1, -1, -1], [4, 2]), float([4]), { reduction: "add" }),
    ],
    mul: ({ g, float, ints }) => [g.ScatterND(float([3]), ints([1, 1], [2, 1]), float([2]), { reduction: "mul" })],
    max: ({ g, float, ints }) => [g.ScatterND(float([3]), ints([1, 1], [2, 1]), float([2]), { reduction: "max" })],
  },
  TopK: {
    "last axis": ({ g, float, ints }) => g.outputs("TopK", [float([3, 5]), ints([2])], {}, 2),
    "smallest along axis 0": ({ g, float, ints }) =>
      g.outputs("TopK", [float([4, 3]), ints([3])], { axis: 0, largest: 0 }, 2),
    "equal ones": ({ g, floats, ints }) => g.outputs("TopK", [floats([1, 3, 1, 3]), ints([3])], {}, 2),
  },
  OneHot: {
    "last axis": ({ g, ints, floats }) => [g.OneHot(ints([0, 2, -1, 5]), ints([3], []), floats([0, 1]))],
    "axis 0, other values": ({ g, ints, floats }) => [
      g.OneHot(ints([0, 1, 1, 0], [2, 2]), ints([2], []), floats([-1, 2.5]), { axis: 0 }),
    ],
  },
  NonZero: {
    floats: ({ g, floats }) => [g.NonZero(floats([0, 1, 2, 0, 0, -3], [2, 3]))],
    bools: ({ g, bools }) => [g.NonZero(bools([true, false, true]))],
    nothing: ({ g, ints }) => [g.NonZero(ints([0, 0]))],
  },
};

import { type GradientCases, notDifferentiable, onGrid } from "./case.ts";

export const indexing: GradientCases<"GatherND" | "ScatterND" | "TopK" | "OneHot" | "NonZero"> = {
  GatherND: {
    "elements, one of them twice": ({ g, x, indices }) => [
      g.GatherND(x("data", ["N", 3]), indices("indices", [0, 0, 1, -1, 0, 0], [3, 2])),
    ],
    rows: ({ g, x, indices }) => [g.GatherND(x("data", [4, 3, 2]), indices("indices", [3, 0, 3], [3, 1, 1]))],
    "one axis of the batch": ({ g, x, indices }) => [
      g.GatherND(x("data", ["N", 4, 3]), indices("indices", [1, -1], [2, 1]), { batch_dims: 1 }),
    ],
    "two axes of the batch, several places each": ({ g, x, indices }) => [
      g.GatherND(x("data", ["N", "L", 4]), indices("indices", [0, 1, 1, 1, 3, 2, 0, 0, 2, 3, 1, 0], [2, 3, 2, 1]), {
        batch_dims: 2,
      }),
    ],
  },
  ScatterND: {
    none: ({ g, x, indices }) => [
      g.ScatterND(x("data", ["N", 3, 2]), indices("indices", [1, 2, 0, -3], [2, 2]), x("updates", [2, 2])),
    ],
    "add, a place twice": ({ g, x, indices }) => [
      g.ScatterND(x("data", [4, 2]), indices("indices", [3, 0, 3], [3, 1]), x("updates", [3, 2]), { reduction: "add" }),
    ],
  },
  TopK: {
    "last axis": ({ g, x }) => g.outputs("TopK", [x("X", ["N", 5], onGrid()), g.ints([2])], {}, 2),
    "smallest along axis 1": ({ g, x }) =>
      g.outputs("TopK", [x("X", ["N", 4, "L"], onGrid()), g.ints([3])], { axis: 1, largest: 0 }, 2),
  },
  OneHot: notDifferentiable,
  NonZero: notDifferentiable,
};

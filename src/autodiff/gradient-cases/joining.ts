import type { GradientCases } from "./case.ts";

export const joining: GradientCases<"Concat" | "Split" | "Gather" | "GatherElements" | "ScatterElements"> = {
  Concat: {
    channels: ({ g, x }) => [g.Concat(x("A", ["N", 1, 3]), x("B", ["N", 4, 3]), x("C", ["N", 2, 3]), { axis: 1 })],
    "last axis": ({ g, x }) => [g.Concat(x("A", ["N", 1]), x("B", ["N", 2]), { axis: -1 })],
    "along the batch": ({ g, x }) => [g.Concat(x("A", ["N", 2]), x("B", ["L", 2]), { axis: 0 })],
    "the same tensor twice": ({ g, x }) => {
      const A = x("A", ["N", 2]);
      return [g.Concat(A, A, { axis: 1 })];
    },
    "only one of them": ({ g, x, fixed }) => [g.Concat(fixed("A", ["N", 1]), x("B", ["N", 2]), { axis: 1 })],
    "an empty one among them": ({ g, x }) => [g.Concat(x("A", ["N", 2]), x("B", ["N", 0]), { axis: -1 })],
    "extents by name, counted from the end": ({ g, x }) => [
      g.Concat(x("A", ["N", "L", 2]), x("B", ["N", 2, 2]), { axis: -2 }),
    ],
    one: ({ g, x }) => [g.Concat(x("A", ["N", 2]), { axis: 1 })],
  },
  Split: {
    sizes: ({ g, x }) => g.outputs("Split", [x("input", ["N", 6]), g.ints([1, 3, 2])], { axis: 1 }, 3),
    "num_outputs with a remainder": ({ g, x }) =>
      g.outputs("Split", [x("input", ["N", 5])], { axis: -1, num_outputs: 2 }, 2),
    "num_outputs that leaves a short last part": ({ g, x }) =>
      g.outputs("Split", [x("input", ["N", 7, "L"])], { axis: 1, num_outputs: 3 }, 3),
    "an empty part": ({ g, x, fixed }) => {
      const parts = g.outputs("Split", [x("input", ["N", 3]), g.ints([0, 3])], { axis: -1 }, 2);
      return [g.Concat(...parts, fixed("C", ["N", 1]), { axis: 1 })];
    },
    "along the batch": ({ g, x }) => g.outputs("Split", [x("input", ["N", 3]), g.ints([1, 1])], { axis: 0 }, 2),
    "one part is not used": ({ g, x }) =>
      g.outputs("Split", [x("input", ["N", 6]), g.ints([1, 3, 2])], { axis: 1 }, 3).slice(1, 2),
  },
  Gather: {
    "axis 0, an index twice": ({ g, x, indices }) => [g.Gather(x("data", [4, 3]), indices("indices", [3, 0, 0]))],
    "axis 1": ({ g, x, indices }) => [g.Gather(x("data", ["N", 4, 3]), indices("indices", [1, 3]), { axis: 1 })],
    "axis 1, a matrix of indices, negative": ({ g, x, indices }) => [
      g.Gather(x("data", ["N", 4, 3]), indices("indices", [0, -1, 2, 0], [2, 2]), { axis: 1 }),
    ],
    "axis -1": ({ g, x }) => [g.Gather(x("data", ["N", 2, 4]), g.ints([2, 2, 1]), { axis: -1 })],
    "two extents by name": ({ g, x, indices }) => [
      g.Gather(x("data", ["N", "L", 4]), indices("indices", [1, 1, 3, 0], [2, 2]), { axis: -1 }),
    ],
    "no index": ({ g, x, fixed, indices }) => [
      g.Concat(g.Gather(x("data", ["N", 4]), indices("indices", [], [0]), { axis: 1 }), fixed("B", ["N", 1]), {
        axis: 1,
      }),
    ],
    "a scalar index, as the class token of a ViT": ({ g, x }) => [
      g.Gather(x("data", ["N", 4, 3]), g.ints([0], []), { axis: 1 }),
    ],
  },
  GatherElements: {
    "axis 0": ({ g, x, indices }) => [
      g.GatherElements(x("data", [3, 3]), indices("indices", [1, 2, 0, 2, 0, 0], [2, 3])),
    ],
    "axis 1, one per row, as a loss picks its class": ({ g, x, indices }) => [
      g.GatherElements(x("data", ["N", 4]), indices("indices", [3, 1], [2, 1]), { axis: 1 }),
    ],
    "axis -2": ({ g, x, indices }) => [
      g.GatherElements(x("data", ["N", 3, 2]), indices("indices", [2, 0, 1, 1], [2, 1, 2]), { axis: -2 }),
    ],
    "an index twice": ({ g, x, indices }) => [
      g.GatherElements(x("data", ["N", 4]), indices("indices", [3, 3, 0, -3], [2, 2]), { axis: 1 }),
    ],
  },
  ScatterElements: {
    none: ({ g, x, indices }) => [
      g.ScatterElements(x("data", ["N", 4]), indices("indices", [1, 3, 0, 2], [2, 2]), x("updates", [2, 2]), {
        axis: 1,
      }),
    ],
    "axis -1": ({ g, x, indices }) => [
      g.ScatterElements(x("data", ["N", 4]), indices("indices", [-1, 0], [2, 1]), x("updates", [2, 1]), { axis: -1 }),
    ],
    "add, an index twice": ({ g, x, indices }) => [
      g.ScatterElements(x("data", [6]), indices("indices", [1, 1, 0, 5, 1]), x("updates", [5]), { reduction: "add" }),
    ],
  },
};

import type { Cases } from "./case.ts";

export const joining: Cases<"Concat" | "Split" | "Gather" | "GatherElements" | "ScatterElements"> = {
  Concat: {
    "axis 1": ({ g, float }) => [g.Concat(float([2, 1, 3]), float([2, 4, 3]), float([2, 2, 3]), { axis: 1 })],
    "last axis": ({ g, float }) => [g.Concat(float([2, 1]), float([2, 2]), { axis: -1 })],
    int64: ({ g, ints }) => [g.Concat(ints([1, 2]), ints([3]), { axis: 0 })],
  },
  Split: {
    sizes: ({ g, float }) => g.outputs("Split", [float([2, 6]), g.ints([1, 3, 2])], { axis: 1 }, 3),
    "num_outputs with a remainder": ({ g, float }) => g.outputs("Split", [float([5, 2])], { num_outputs: 2 }, 2),
  },
  Gather: {
    "axis 0": ({ g, float, ints }) => [g.Gather(float([4, 3]), ints([3, 0, 0]))],
    "axis 1, a matrix of indices, negative": ({ g, float, ints }) => [
      g.Gather(float([2, 4, 3]), ints([0, -1, 2, 1], [2, 2]), { axis: 1 }),
    ],
    "a scalar index": ({ g, float, ints }) => [g.Gather(float([2, 4]), ints([2], []), { axis: 1 })],
  },
  GatherElements: {
    "axis 0": ({ g, float, ints }) => [g.GatherElements(float([3, 3]), ints([1, 2, 0, 2, 0, 0], [2, 3]))],
    "axis 1, negative": ({ g, float, ints }) => [g.GatherElements(float([2, 4]), ints([3, -4], [2, 1]), { axis: 1 })],
  },
  ScatterElements: {
    none: ({ g, float, ints }) => [
      g.ScatterElements(float([2, 4]), ints([1, -1, 0, 2], [2, 2]), float([2, 2]), { axis: 1 }),
    ],
    "add, where indices repeat": ({ g, float, ints }) => [
      g.ScatterElements(float([6]), ints([1, 1, 0, 5, 1]), float([5]), { reduction: "add" }),
    ],
    mul: ({ g, float, ints }) => [g.ScatterElements(float([4]), ints([1, 1, 0]), float([3]), { reduction: "mul" })],
    min: ({ g, float, ints }) => [g.ScatterElements(float([4]), ints([1, 1, 0]), float([3]), { reduction: "min" })],
    max: ({ g, float, ints }) => [g.ScatterElements(float([4]), ints([1, 1, 0]), float([3]), { reduction: "max" })],
  },
};

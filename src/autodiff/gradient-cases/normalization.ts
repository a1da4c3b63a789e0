import { type GradientCases, positive } from "./case.ts";

export const normalization: GradientCases<"BatchNormalization" | "LayerNormalization" | "LRN"> = {
  BatchNormalization: {
    "frozen statistics": ({ g, x, fixed }) => [
      g.BatchNormalization(
        x("X", ["N", 3, 2, 3]),
        x("scale", [3]),
        x("B", [3]),
        fixed("input_mean", [3]),
        fixed("input_var", [3], positive),
        { epsilon: 0.01 },
      ),
    ],
    "frozen statistics, a matrix": ({ g, x, fixed }) => [
      g.BatchNormalization(
        x("X", ["N", 3]),
        x("scale", [3]),
        x("B", [3]),
        fixed("input_mean", [3]),
        fixed("input_var", [3], positive),
      ),
    ],
    "frozen statistics, 1-d": ({ g, x, fixed }) => [
      g.BatchNormalization(
        x("X", ["N", 3, 4]),
        x("scale", [3]),
        x("B", [3]),
        fixed("input_mean", [3]),
        fixed("input_var", [3], positive),
      ),
    ],
  },
  LayerNormalization: {
    "last axis": ({ g, x }) => [g.LayerNormalization(x("X", ["N", 3, 5]), x("Scale", [5]), x("B", [5]))],
    "from axis 1 on, epsilon": ({ g, x }) => [
      g.LayerNormalization(x("X", ["N", 3, 4]), x("Scale", [3, 4]), x("B", [3, 4]), { axis: 1, epsilon: 0.1 }),
    ],
    "without B": ({ g, x }) => [g.LayerNormalization(x("X", ["N", 4]), x("Scale", [4]))],
    "Scale that broadcasts": ({ g, x }) => [g.LayerNormalization(x("X", ["N", 3, 4]), x("Scale", [4]), { axis: 1 })],
  },
  LRN: {
    "as AlexNet": ({ g, x }) => [g.LRN(x("X", ["N", 7, 2, 2]), { size: 5, alpha: 1e-4, beta: 0.75, bias: 2 })],
    "every attribute": ({ g, x }) => [g.LRN(x("X", ["N", 4, 2, 3]), { size: 3, alpha: 0.5, beta: 1.5, bias: 1.5 })],
    "more neighbours than channels": ({ g, x }) => [g.LRN(x("X", ["N", 2, 2, 2]), { size: 7, alpha: 1 })],
    "one neighbour": ({ g, x }) => [g.LRN(x("X", ["N", 3, 2, 2]), { size: 1, alpha: 2 })],
  },
};

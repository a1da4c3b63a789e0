import { type GradientCases, positive } from "./case.ts";

export const normalization: GradientCases<"BatchNormalization" | "LayerNormalization"> = {
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
};

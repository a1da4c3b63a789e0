import type { Value } from "../../onnx/builder.ts";
import { type CaseBuilder, type GradientCases, positive } from "./case.ts";

/** Batch normalization of X by its own statistics; the running ones that come out are not differentiated. */
const byBatch = (
  { g, x, fixed }: CaseBuilder,
  shape: readonly [string | number, number, ...number[]],
  attributes: { readonly epsilon?: number; readonly momentum?: number } = {},
): readonly Value[] => {
  const channels = [shape[1]];
  const statistics = [fixed("input_mean", channels), fixed("input_var", channels, positive)];
  const inputs = [x("X", shape), x("scale", channels), x("B", channels), ...statistics];
  return g.outputs("BatchNormalization", inputs, { ...attributes, training_mode: 1 }, 3).slice(0, 1);
};

export const normalization: GradientCases<
  "BatchNormalization" | "LayerNormalization" | "InstanceNormalization" | "GroupNormalization" | "LRN"
> = {
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
    "statistics of the batch": (builder) => byBatch(builder, ["N", 3, 2, 3], { epsilon: 0.01 }),
    "statistics of the batch, 1-d, mixed with the running ones": (builder) =>
      byBatch(builder, ["N", 3, 4], { momentum: 0.8 }),
    "statistics of the batch, given out as they are": (builder) => byBatch(builder, ["N", 3, 2, 2], { momentum: 0 }),
    "statistics of the batch, a matrix": (builder) => byBatch(builder, [5, 3]),
  },
  InstanceNormalization: {
    "2-d, epsilon": ({ g, x }) => [
      g.InstanceNormalization(x("input", ["N", 3, 2, 3]), x("scale", [3]), x("B", [3]), { epsilon: 0.01 }),
    ],
    "1-d": ({ g, x }) => [g.InstanceNormalization(x("input", ["N", 2, 5]), x("scale", [2]), x("B", [2]))],
  },
  GroupNormalization: {
    "2-d, epsilon": ({ g, x }) => [
      g.GroupNormalization(x("X", ["N", 6, 2, 2]), x("scale", [6]), x("bias", [6]), { num_groups: 3, epsilon: 0.01 }),
    ],
    "one group": ({ g, x }) => [
      g.GroupNormalization(x("X", ["N", 3, 4]), x("scale", [3]), x("bias", [3]), { num_groups: 1 }),
    ],
    "a group per channel": ({ g, x }) => [
      g.GroupNormalization(x("X", ["N", 2, 5]), x("scale", [2]), x("bias", [2]), { num_groups: 2 }),
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

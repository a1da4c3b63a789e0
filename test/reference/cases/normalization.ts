import type { Cases } from "./case.ts";

export const normalization: Cases<
  "BatchNormalization" | "LayerNormalization" | "InstanceNormalization" | "GroupNormalization" | "LRN"
> = {
  BatchNormalization: {
    inference: ({ g, float }) => [
      g.BatchNormalization(float([2, 3, 4, 4]), float([3]), float([3]), float([3]), float([3], 0.2, 2), {
        epsilon: 0.01,
      }),
    ],
    "of a matrix": ({ g, float }) => [
      g.BatchNormalization(float([4, 3]), float([3]), float([3]), float([3]), float([3], 0.2, 2)),
    ],
    training: ({ g, float }) =>
      g.outputs(
        "BatchNormalization",
        [float([4, 3, 2, 2]), float([3]), float([3]), float([3]), float([3], 0.2, 2)],
        { training_mode: 1, momentum: 0.8 },
        3,
      ),
    "training, the batch's statistics as they are": ({ g, float }) =>
      g.outputs(
        "BatchNormalization",
        [float([4, 3]), float([3]), float([3]), float([3]), float([3], 0.2, 2)],
        { training_mode: 1, momentum: 0 },
        3,
      ),
  },
  InstanceNormalization: {
    "2-d": ({ g, float }) => [g.InstanceNormalization(float([2, 3, 2, 4]), float([3]), float([3]), { epsilon: 0.01 })],
    "1-d": ({ g, float }) => [g.InstanceNormalization(float([2, 2, 5]), float([2]), float([2]))],
  },
  GroupNormalization: {
    "2-d": ({ g, float }) => [
      g.GroupNormalization(float([2, 6, 2, 2]), float([6]), float([6]), { num_groups: 3, epsilon: 0.01 }),
    ],
    "one group": ({ g, float }) => [g.GroupNormalization(float([2, 4, 3]), float([4]), float([4]), { num_groups: 1 })],
  },
  LayerNormalization: {
    "last axis, with its statistics": ({ g, float }) =>
      g.outputs("LayerNormalization", [float([2, 3, 5]), float([5]), float([5])], {}, 3),
    "from axis 1 on, no B": ({ g, float }) => [
      g.LayerNormalization(float([2, 3, 4]), float([3, 4]), { axis: 1, epsilon: 0.01 }),
    ],
  },
  LRN: {
    defaults: ({ g, float }) => [g.LRN(float([2, 7, 2, 3]), { size: 5 })],
    "every attribute": ({ g, float }) => [g.LRN(float([2, 4, 3, 2]), { size: 3, alpha: 0.5, beta: 1.5, bias: 2 })],
    "more neighbours than channels": ({ g, float }) => [g.LRN(float([1, 2, 2, 2]), { size: 7, alpha: 1 })],
  },
};

import type { Cases } from "./case.ts";

export const pooling: Cases<"MaxPool" | "AveragePool" | "GlobalAveragePool" | "GlobalMaxPool"> = {
  MaxPool: {
    "2x2, stride 2, with Indices": ({ g, float }) =>
      g.outputs("MaxPool", [float([2, 3, 4, 6])], { kernel_shape: [2, 2], strides: [2, 2] }, 2),
    "3x3 overlapping, pads": ({ g, float }) =>
      g.outputs("MaxPool", [float([2, 2, 5, 6])], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, 2),
    ceil_mode: ({ g, float }) => [
      g.MaxPool(float([1, 2, 6, 7]), { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    ],
    "ceil_mode whose last window would start in the padding": ({ g, float }) => [
      g.MaxPool(float([1, 2, 5, 5]), { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 }),
    ],
    dilations: ({ g, float }) => [g.MaxPool(float([1, 2, 6, 6]), { kernel_shape: [2, 3], dilations: [3, 2] })],
    "auto_pad SAME_UPPER": ({ g, float }) => [
      g.MaxPool(float([1, 2, 5, 6]), { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_UPPER" }),
    ],
    "column-major Indices": ({ g, float }) =>
      g.outputs("MaxPool", [float([2, 2, 4, 6])], { kernel_shape: [2, 2], storage_order: 1 }, 2),
    "1-d": ({ g, float }) => [g.MaxPool(float([2, 3, 7]), { kernel_shape: [3], strides: [2] })],
    "of equals, the first": ({ g, floats }) =>
      g.outputs("MaxPool", [floats([1, 1, 0, 2, 2, 2], [1, 1, 6])], { kernel_shape: [3], strides: [1] }, 2),
  },
  AveragePool: {
    "2x2": ({ g, float }) => [g.AveragePool(float([2, 2, 4, 5]), { kernel_shape: [2, 2] })],
    "pads left out of the mean": ({ g, float }) => [
      g.AveragePool(float([1, 2, 5, 5]), { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 2] }),
    ],
    count_include_pad: ({ g, float }) => [
      g.AveragePool(float([1, 2, 5, 5]), {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 0, 1, 2],
        count_include_pad: 1,
      }),
    ],
    ceil_mode: ({ g, float }) => [
      g.AveragePool(float([1, 2, 6, 6]), { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    ],
    "ceil_mode and count_include_pad": ({ g, float }) => [
      g.AveragePool(float([1, 2, 6, 6]), {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 0, 0],
        ceil_mode: 1,
        count_include_pad: 1,
      }),
    ],
    dilations: ({ g, float }) => [g.AveragePool(float([1, 2, 6, 6]), { kernel_shape: [2, 2], dilations: [2, 3] })],
    "auto_pad SAME_LOWER": ({ g, float }) => [
      g.AveragePool(float([1, 2, 5, 6]), { kernel_shape: [2, 3], strides: [2, 2], auto_pad: "SAME_LOWER" }),
    ],
    "1-d": ({ g, float }) => [g.AveragePool(float([2, 3, 7]), { kernel_shape: [3], strides: [2] })],
  },
  GlobalAveragePool: { "two axes": ({ g, float }) => [g.GlobalAveragePool(float([2, 3, 4, 5]))] },
  GlobalMaxPool: {
    "two axes": ({ g, float }) => [g.GlobalMaxPool(float([2, 3, 4, 5]))],
    "one axis": ({ g, float }) => [g.GlobalMaxPool(float([2, 3, 4], -3, -1))],
  },
};

import type { Cases } from "./case.ts";

export const convolution: Cases<"Conv" | "ConvTranspose"> = {
  Conv: {
    "1x1": ({ g, float }) => [g.Conv(float([2, 3, 4, 4]), float([5, 3, 1, 1]))],
    "3x3, pads, bias": ({ g, float }) => [
      g.Conv(float([2, 3, 5, 6]), float([4, 3, 3, 3]), float([4]), { pads: [1, 1, 1, 1] }),
    ],
    "stride 2 on odd and even extents, kernel_shape given": ({ g, float }) => [
      g.Conv(float([1, 2, 7, 8]), float([3, 2, 3, 3]), { strides: [2, 2], kernel_shape: [3, 3] }),
    ],
    "pads that differ on every side": ({ g, float }) => [
      g.Conv(float([1, 2, 5, 5]), float([3, 2, 3, 2]), { pads: [0, 1, 2, 3], strides: [2, 1] }),
    ],
    dilations: ({ g, float }) => [
      g.Conv(float([1, 2, 7, 7]), float([2, 2, 3, 2]), { dilations: [2, 3], pads: [1, 1, 1, 1] }),
    ],
    "2 groups": ({ g, float }) => [g.Conv(float([2, 4, 4, 4]), float([6, 2, 3, 3]), { group: 2, pads: [1, 1, 1, 1] })],
    depthwise: ({ g, float }) => [g.Conv(float([2, 3, 5, 5]), float([3, 1, 3, 3]), float([3]), { group: 3 })],
    "depthwise, multiplier 2": ({ g, float }) => [g.Conv(float([1, 3, 5, 5]), float([6, 1, 3, 3]), { group: 3 })],
    "1-d": ({ g, float }) => [g.Conv(float([2, 3, 9]), float([4, 3, 3]), { strides: [2], pads: [1, 0] })],
    "auto_pad SAME_UPPER": ({ g, float }) => [
      g.Conv(float([1, 2, 6, 5]), float([2, 2, 3, 2]), { auto_pad: "SAME_UPPER", strides: [2, 1] }),
    ],
    "auto_pad SAME_LOWER": ({ g, float }) => [
      g.Conv(float([1, 2, 6, 5]), float([2, 2, 3, 2]), { auto_pad: "SAME_LOWER", strides: [2, 1] }),
    ],
    "auto_pad VALID": ({ g, float }) => [g.Conv(float([1, 2, 6, 5]), float([2, 2, 3, 2]), { auto_pad: "VALID" })],
  },
  ConvTranspose: {
    plain: ({ g, float }) => [g.ConvTranspose(float([2, 3, 4, 4]), float([3, 2, 3, 3]), float([2]))],
    "strides, pads, output_padding": ({ g, float }) => [
      g.ConvTranspose(float([1, 3, 4, 5]), float([3, 2, 3, 3]), {
        strides: [2, 3],
        pads: [1, 0, 1, 2],
        output_padding: [1, 2],
      }),
    ],
    "groups and dilations": ({ g, float }) => [
      g.ConvTranspose(float([2, 4, 3, 3]), float([4, 3, 2, 2]), { group: 2, dilations: [2, 1] }),
    ],
    "1-d": ({ g, float }) => [g.ConvTranspose(float([2, 2, 5]), float([2, 3, 4]), { strides: [2], pads: [1, 1] })],
    output_shape: ({ g, float }) => [
      g.ConvTranspose(float([1, 2, 4, 4]), float([2, 2, 3, 3]), { strides: [2, 2], output_shape: [8, 8] }),
    ],
    "auto_pad SAME_UPPER": ({ g, float }) => [
      g.ConvTranspose(float([1, 2, 4, 4]), float([2, 2, 3, 3]), { strides: [2, 2], auto_pad: "SAME_UPPER" }),
    ],
    "auto_pad SAME_LOWER": ({ g, float }) => [
      g.ConvTranspose(float([1, 2, 4, 4]), float([2, 2, 3, 3]), { strides: [2, 2], auto_pad: "SAME_LOWER" }),
    ],
  },
};

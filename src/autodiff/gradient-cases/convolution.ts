import type { Shape, StaticShape } from "../../base/shape.ts";
import type { AttributeOptions } from "../../onnx/ops.ts";
import type { GradientCase, GradientCases } from "./case.ts";

const conv =
  (X: Shape, W: StaticShape, attributes: AttributeOptions<"Conv"> = {}): GradientCase =>
  ({ g, x }) => [g.Conv(x("X", X), x("W", W), attributes)];

const withBias =
  (X: Shape, W: StaticShape, attributes: AttributeOptions<"Conv"> = {}): GradientCase =>
  ({ g, x }) => [g.Conv(x("X", X), x("W", W), x("B", W.slice(0, 1)), attributes)];

const transposed =
  (X: Shape, W: StaticShape, attributes: AttributeOptions<"ConvTranspose"> = {}): GradientCase =>
  ({ g, x }) => [g.ConvTranspose(x("X", X), x("W", W), attributes)];

export const convolution: GradientCases<"Conv" | "ConvTranspose"> = {
  Conv: {
    "1x1": conv(["N", 3, 4, 4], [5, 3, 1, 1]),
    "1x1, bias": withBias(["N", 3, 3, 3], [4, 3, 1, 1]),
    "1x1, stride 2, odd": conv(["N", 2, 5, 5], [3, 2, 1, 1], { strides: [2, 2] }),
    "1x1, stride 2, even: the last row and column are never read": conv(["N", 2, 4, 6], [3, 2, 1, 1], {
      strides: [2, 2],
    }),
    "1x1, pads": conv(["N", 2, 3, 3], [2, 2, 1, 1], { pads: [1, 1, 1, 1] }),
    "1x1, pads behind": conv(["N", 2, 3, 3], [2, 2, 1, 1], { pads: [0, 0, 1, 2] }),
    "1x1, stride 2, pads behind": conv(["N", 2, 4, 3], [2, 2, 1, 1], { pads: [0, 0, 1, 2], strides: [2, 2] }),
    "1x1 on one pixel": withBias(["N", 3, 1, 1], [4, 3, 1, 1]),
    "3x3, pads, bias": withBias(["N", 2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    "3x3 without pads": conv(["N", 2, 5, 4], [3, 2, 3, 3]),
    "3x3, more pads than the kernel reaches": conv([1, 2, 3, 3], [2, 2, 3, 3], { pads: [3, 3, 3, 3] }),
    "3x3, stride 2, odd": conv(["N", 2, 5, 7], [2, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    "3x3, stride 2, even: a remainder": conv(["N", 2, 6, 4], [2, 2, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    "3x3, stride 3, remainder 2": conv([1, 2, 8, 5], [2, 2, 3, 3], { strides: [3, 3] }),
    "3x3, a stride for each axis": conv([1, 2, 6, 7], [2, 2, 3, 3], { strides: [1, 2], pads: [1, 1, 1, 1] }),
    "3x3, stride 2, pads [0, 0, 1, 1]": conv(["N", 2, 6, 6], [2, 2, 3, 3], { strides: [2, 2], pads: [0, 0, 1, 1] }),
    "pads that differ on every side": conv([1, 2, 5, 5], [2, 2, 3, 2], { pads: [0, 1, 2, 3] }),
    "4x4, stride 2": conv([1, 2, 7, 6], [2, 2, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    "7x7, stride 2, as the stem of a ResNet": conv([1, 2, 9, 8], [2, 2, 7, 7], {
      strides: [2, 2],
      pads: [3, 3, 3, 3],
    }),
    "stride beyond the kernel": conv([1, 2, 8, 7], [2, 2, 2, 2], { strides: [3, 3] }),
    "kernel as large as the picture": withBias(["N", 2, 3, 4], [3, 2, 3, 4]),
    dilation: conv([1, 2, 6, 7], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
    "dilation and stride": conv([1, 2, 8, 7], [2, 2, 3, 2], { dilations: [2, 3], strides: [2, 2], pads: [1, 0, 1, 2] }),
    "2 groups": withBias(["N", 4, 4, 4], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
    "2 groups, 1x1": conv(["N", 4, 3, 3], [6, 2, 1, 1], { group: 2 }),
    "2 groups, stride 2": conv(["N", 4, 5, 6], [4, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }),
    depthwise: conv(["N", 3, 4, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    "depthwise, stride 2, odd": conv(["N", 3, 5, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1], strides: [2, 2] }),
    "depthwise, stride 2, even": conv(["N", 3, 6, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1], strides: [2, 2] }),
    "depthwise, 5x5, pads [1, 1, 2, 2]": withBias(["N", 2, 6, 6], [2, 1, 5, 5], {
      group: 2,
      pads: [1, 1, 2, 2],
      strides: [2, 2],
    }),
    "depthwise, dilation": conv(["N", 2, 6, 6], [2, 1, 3, 3], { group: 2, dilations: [2, 1] }),
    "depthwise, multiplier 2": conv(["N", 3, 4, 4], [6, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    "depthwise, multiplier 2, stride 2": conv(["N", 2, 5, 4], [4, 1, 3, 3], {
      group: 2,
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    }),
    "1-d": withBias(["N", 3, 7], [4, 3, 3], { pads: [1, 1] }),
    "1-d, stride 2, a remainder": conv(["N", 2, 8], [3, 2, 3], { strides: [2], pads: [1, 0] }),
    "1-d, depthwise": conv(["N", 3, 6], [3, 1, 3], { group: 3, dilations: [2] }),
    "auto_pad SAME_UPPER": conv(["N", 2, 5, 6], [2, 2, 3, 2], { auto_pad: "SAME_UPPER" }),
    "auto_pad SAME_UPPER, stride 2": conv(["N", 2, 6, 5], [2, 2, 3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] }),
    "auto_pad SAME_LOWER, stride 2": conv(["N", 2, 6, 5], [2, 2, 3, 3], { auto_pad: "SAME_LOWER", strides: [2, 2] }),
    "auto_pad VALID, dilation": conv(["N", 2, 6, 7], [2, 2, 2, 3], { auto_pad: "VALID", dilations: [2, 3] }),
    "auto_pad SAME_UPPER, depthwise": conv(["N", 2, 5, 6], [2, 1, 3, 3], {
      auto_pad: "SAME_UPPER",
      group: 2,
      strides: [2, 2],
    }),
    "1-d, auto_pad SAME_LOWER, 2 groups": conv(["N", 4, 6], [4, 2, 4], { auto_pad: "SAME_LOWER", group: 2 }),
    "3-d": withBias(["N", 2, 3, 4, 3], [3, 2, 2, 3, 2], { pads: [1, 1, 0, 0, 1, 1], strides: [1, 2, 1] }),
    "3-d, depthwise, dilation": conv([1, 2, 4, 3, 5], [2, 1, 2, 2, 2], { group: 2, dilations: [2, 1, 3] }),
    "auto_pad VALID, stride 2": conv(["N", 2, 6, 5], [2, 2, 3, 3], { auto_pad: "VALID", strides: [2, 2] }),
    // A batch of known size lets each image be convolved with its own slopes.
    "depthwise, 1 image": conv([1, 3, 4, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    "depthwise, 2 images": conv([2, 3, 4, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
    "depthwise, 3 images, stride 2, odd": withBias([3, 2, 5, 7], [2, 1, 3, 3], {
      group: 2,
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    }),
    "depthwise, 2 images, stride 2, even: a remainder": conv([2, 2, 6, 4], [2, 1, 3, 3], {
      group: 2,
      pads: [1, 1, 0, 0],
      strides: [2, 3],
    }),
    "depthwise, 2 images, stride 2, pads [0, 0, 1, 1]": conv([2, 2, 6, 6], [2, 1, 3, 3], {
      group: 2,
      pads: [0, 0, 1, 1],
      strides: [2, 2],
    }),
    "depthwise, 3 images, pads that differ on every side": conv([3, 2, 5, 6], [2, 1, 3, 2], {
      group: 2,
      pads: [0, 1, 2, 3],
    }),
    "depthwise, 2 images, dilation and stride": conv([2, 2, 8, 7], [2, 1, 3, 2], {
      group: 2,
      dilations: [2, 3],
      strides: [1, 2],
      pads: [1, 0, 2, 1],
    }),
    "depthwise, 2 images, 1x1": conv([2, 3, 3, 4], [3, 1, 1, 1], { group: 3 }),
    "depthwise, 2 images, kernel as large as the picture": conv([2, 2, 3, 4], [2, 1, 3, 4], { group: 2 }),
    "depthwise, 2 images, auto_pad SAME_LOWER": conv([2, 2, 5, 6], [2, 1, 3, 3], {
      auto_pad: "SAME_LOWER",
      group: 2,
      strides: [2, 2],
    }),
    "depthwise, 2 images, multiplier 2": conv([2, 2, 4, 4], [4, 1, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
    "1-d, depthwise, 3 images": withBias([3, 2, 7], [2, 1, 3], { group: 2, pads: [1, 2], strides: [2] }),
    "3-d, depthwise, 2 images": conv([2, 2, 4, 3, 5], [2, 1, 2, 2, 3], {
      group: 2,
      pads: [1, 0, 1, 0, 1, 1],
      strides: [1, 2, 1],
    }),
    // With 16 channels and more the gradient of W is built from matrix products.
    "16 channels, few pixels": conv(["N", 16, 3, 3], [17, 16, 3, 3], { pads: [1, 1, 1, 1] }),
    "16 channels, many pixels": conv(["N", 16, 12, 10], [16, 16, 3, 3], { pads: [1, 1, 1, 1] }),
    "16 channels without pads": conv(["N", 17, 5, 4], [16, 17, 3, 2]),
    "16 channels, dilation, pads that differ": conv([1, 16, 7, 6], [16, 16, 3, 2], {
      dilations: [2, 3],
      pads: [0, 3, 2, 1],
    }),
    "16 channels, stride 2": conv(["N", 16, 5, 4], [16, 16, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    "16 channels, 1x1, stride 2, pads behind": conv(["N", 16, 4, 3], [16, 16, 1, 1], {
      strides: [2, 2],
      pads: [0, 0, 1, 1],
    }),
    "16 channels, 1x3, pads behind": conv(["N", 16, 3, 4], [16, 16, 1, 3], { pads: [0, 1, 1, 1] }),
    "16 channels, 3x1, pads behind": conv(["N", 16, 4, 3], [16, 16, 3, 1], { pads: [1, 0, 1, 2] }),
    "16 channels, kernel as large as the picture": conv(["N", 16, 3, 3], [16, 16, 3, 3]),
    "16 channels, more pads than the kernel reaches": conv([1, 16, 3, 3], [16, 16, 2, 2], { pads: [2, 2, 2, 2] }),
    "16 channels, 1-d": conv(["N", 16, 7], [16, 16, 3], { pads: [1, 1] }),
    "16 channels, 2 groups": conv([1, 32, 3, 3], [32, 16, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
    "only W": ({ g, x, fixed }) => [g.Conv(fixed("X", ["N", 2, 4, 4]), x("W", [3, 2, 3, 3]))],
    "only X": ({ g, x, fixed }) => [g.Conv(x("X", ["N", 2, 4, 4]), fixed("W", [3, 2, 3, 3]))],
  },
  ConvTranspose: {
    "2x2, stride 2, bias": ({ g, x }) => [
      g.ConvTranspose(x("X", ["N", 3, 3, 4]), x("W", [3, 2, 2, 2]), x("B", [2]), { strides: [2, 2] }),
    ],
    "3x3, pads": transposed(["N", 2, 4, 4], [2, 3, 3, 3], { pads: [1, 1, 1, 1] }),
    "stride 2, pads, output_padding": transposed(["N", 2, 3, 4], [2, 2, 3, 3], {
      strides: [2, 2],
      pads: [1, 0, 1, 1],
      output_padding: [1, 1],
    }),
    "2 groups, dilation": transposed([1, 4, 3, 3], [4, 1, 2, 2], { group: 2, dilations: [2, 1] }),
    "4x4, stride 2, pads, as an upsampling layer": transposed(["N", 2, 3, 3], [2, 1, 4, 4], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    "1x1": transposed(["N", 2, 3, 3], [2, 3, 1, 1]),
    "auto_pad SAME_UPPER": transposed(["N", 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "SAME_UPPER" }),
    output_shape: transposed(["N", 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 6] }),
    "1-d": transposed(["N", 2, 4], [2, 3, 3], { strides: [2] }),
    "1-d, depthwise, pads, output_padding": transposed(["N", 3, 4], [3, 1, 3], {
      strides: [2],
      group: 3,
      pads: [1, 0],
      output_padding: [1],
    }),
    "depthwise, 2 images, stride 2": transposed([2, 2, 3, 3], [2, 1, 3, 3], {
      group: 2,
      strides: [2, 2],
      pads: [1, 0, 1, 1],
    }),
    "3-d": transposed([1, 2, 2, 3, 2], [2, 2, 2, 2, 3], { strides: [2, 1, 2], pads: [0, 1, 0, 1, 0, 1] }),
    "auto_pad SAME_LOWER": transposed(["N", 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "SAME_LOWER" }),
    "auto_pad SAME_UPPER, dilation": transposed(["N", 2, 3, 4], [2, 2, 2, 3], {
      strides: [2, 1],
      auto_pad: "SAME_UPPER",
      dilations: [2, 2],
    }),
    "auto_pad VALID": transposed(["N", 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "VALID" }),
  },
};

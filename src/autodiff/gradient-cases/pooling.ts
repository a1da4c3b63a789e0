import type { Shape } from "../../base/shape.ts";
import type { AttributeOptions } from "../../onnx/ops.ts";
import { type GradientCase, type GradientCases, onGrid } from "./case.ts";

const maxPool =
  (X: Shape, kernel_shape: readonly number[], attributes: AttributeOptions<"MaxPool"> = {}): GradientCase =>
  ({ g, x }) => [g.MaxPool(x("X", X, onGrid()), { kernel_shape, ...attributes })];

const averagePool =
  (X: Shape, kernel_shape: readonly number[], attributes: AttributeOptions<"AveragePool"> = {}): GradientCase =>
  ({ g, x }) => [g.AveragePool(x("X", X), { kernel_shape, ...attributes })];

export const pooling: GradientCases<"MaxPool" | "AveragePool" | "GlobalAveragePool" | "GlobalMaxPool"> = {
  MaxPool: {
    "2x2, stride 2": maxPool(["N", 2, 4, 4], [2, 2], { strides: [2, 2] }),
    "2x2, stride 2, a remainder": maxPool(["N", 2, 5, 3], [2, 2], { strides: [2, 2] }),
    "3x3, stride 2, pads: windows overlap": maxPool(["N", 2, 5, 6], [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    "3x3, stride 1": maxPool(["N", 2, 5, 5], [3, 3]),
    "pads [0, 0, 1, 1]": maxPool(["N", 2, 5, 5], [3, 3], { strides: [2, 2], pads: [0, 0, 1, 1] }),
    ceil_mode: maxPool(["N", 2, 6, 5], [3, 3], { strides: [2, 2], ceil_mode: 1 }),
    dilations: maxPool(["N", 1, 6, 6], [2, 2], { dilations: [2, 3] }),
    "auto_pad SAME_UPPER": maxPool(["N", 2, 5, 6], [3, 3], { strides: [2, 2], auto_pad: "SAME_UPPER" }),
    "auto_pad SAME_LOWER": maxPool(["N", 2, 5, 6], [3, 2], { strides: [2, 2], auto_pad: "SAME_LOWER" }),
    "auto_pad VALID": maxPool(["N", 2, 5, 6], [3, 2], { strides: [2, 2], auto_pad: "VALID" }),
    "ceil_mode, pads and dilations": maxPool(["N", 1, 8, 7], [2, 3], {
      strides: [2, 2],
      dilations: [2, 2],
      pads: [1, 1, 0, 1],
      ceil_mode: 1,
    }),
    "1-d, ceil_mode": maxPool(["N", 2, 8], [3], { strides: [2], ceil_mode: 1 }),
    "3-d": maxPool([1, 2, 4, 3, 4], [2, 2, 2], { strides: [2, 1, 2] }),
    "1-d": maxPool(["N", 2, 7], [3], { strides: [2] }),
    "with its Indices": ({ g, x }) => {
      const [Y] = g.outputs("MaxPool", [x("X", ["N", 2, 4, 4], onGrid())], { kernel_shape: [2, 2] }, 2);
      return Y ? [Y] : [];
    },
  },
  AveragePool: {
    "2x2, stride 2": averagePool(["N", 2, 4, 4], [2, 2], { strides: [2, 2] }),
    "2x2, stride 2, a remainder": averagePool(["N", 2, 5, 3], [2, 2], { strides: [2, 2] }),
    "3x3, stride 1, pads left out": averagePool(["N", 2, 4, 5], [3, 3], { pads: [1, 1, 1, 1] }),
    "3x3, stride 2, pads counted": averagePool(["N", 2, 5, 6], [3, 3], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
    }),
    "pads that differ on every side": averagePool(["N", 1, 5, 5], [3, 3], { pads: [1, 0, 1, 2] }),
    ceil_mode: averagePool(["N", 2, 6, 5], [3, 3], { strides: [2, 2], ceil_mode: 1 }),
    "ceil_mode, pads counted": averagePool(["N", 2, 6, 6], [3, 3], {
      strides: [2, 2],
      pads: [1, 1, 0, 0],
      ceil_mode: 1,
      count_include_pad: 1,
    }),
    dilations: averagePool(["N", 1, 6, 6], [2, 2], { dilations: [2, 3] }),
    "auto_pad SAME_UPPER": averagePool(["N", 2, 5, 6], [3, 3], { strides: [2, 2], auto_pad: "SAME_UPPER" }),
    "auto_pad SAME_LOWER": averagePool(["N", 2, 5, 6], [3, 2], { strides: [2, 2], auto_pad: "SAME_LOWER" }),
    "auto_pad SAME_UPPER, pads counted": averagePool(["N", 2, 5, 6], [3, 3], {
      strides: [2, 2],
      auto_pad: "SAME_UPPER",
      count_include_pad: 1,
    }),
    "auto_pad VALID": averagePool(["N", 2, 5, 6], [3, 2], { strides: [2, 2], auto_pad: "VALID" }),
    "ceil_mode, pads that differ, pads counted": averagePool(["N", 1, 6, 7], [3, 2], {
      strides: [2, 2],
      pads: [1, 0, 0, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    }),
    "ceil_mode and dilations": averagePool(["N", 1, 8, 7], [2, 3], {
      strides: [2, 2],
      dilations: [2, 2],
      ceil_mode: 1,
    }),
    "3-d": averagePool([1, 2, 4, 3, 4], [2, 2, 2], { strides: [2, 1, 2], pads: [0, 1, 0, 0, 0, 1] }),
    "1-d": averagePool(["N", 2, 7], [3], { strides: [2] }),
    "the whole picture": averagePool(["N", 3, 3, 3], [3, 3]),
  },
  GlobalAveragePool: {
    "2-d": ({ g, x }) => [g.GlobalAveragePool(x("X", ["N", 3, 3, 4]))],
    "1-d": ({ g, x }) => [g.GlobalAveragePool(x("X", ["N", 3, 4]))],
  },
  GlobalMaxPool: {
    "2-d": ({ g, x }) => [g.GlobalMaxPool(x("X", ["N", 3, 3, 4], onGrid()))],
    "1-d": ({ g, x }) => [g.GlobalMaxPool(x("X", ["N", 3, 4], onGrid()))],
  },
};

import { floats, ints } from "../../../src/base/tensor.ts";
import type { Cases } from "./case.ts";

export const constants: Cases<"Shape" | "Size" | "Constant" | "ConstantOfShape" | "Range" | "EyeLike"> = {
  Shape: {
    whole: ({ g, float }) => [g.Shape(float([2, 3, 4]))],
    "start and negative end": ({ g, float }) => [g.Shape(float([2, 3, 4]), { start: 1, end: -1 })],
    "of a scalar": ({ g, float }) => [g.Shape(float([]))],
  },
  Size: {
    "of three axes": ({ g, float }) => [g.Size(float([2, 3, 4]))],
    "of a scalar": ({ g, float }) => [g.Size(float([]))],
  },
  Constant: {
    value: ({ g }) => [g.Constant({ value: floats([1.5, 2], [2, 1]) })],
    value_int: ({ g }) => [g.Constant({ value_int: 7 })],
    value_float: ({ g }) => [g.Constant({ value_float: 0.25 })],
    value_ints: ({ g }) => [g.Constant({ value_ints: [3, 4] })],
    value_floats: ({ g }) => [g.Constant({ value_floats: [0.5, 4] })],
  },
  ConstantOfShape: {
    "zeros by default": ({ g, ints: shape }) => [g.ConstantOfShape(shape([2, 3]))],
    value: ({ g, ints: shape }) => [g.ConstantOfShape(shape([2]), { value: floats([1.5]) })],
    int64: ({ g, ints: shape }) => [g.ConstantOfShape(shape([2]), { value: ints([3]) })],
  },
  Range: {
    int64: ({ g, ints: number }) => [g.Range(number([3], []), number([10], []), number([2], []))],
    downwards: ({ g, ints: number }) => [g.Range(number([5], []), number([0], []), number([-2], []))],
    float: ({ g, floats: number }) => [g.Range(number([0.5], []), number([2.4], []), number([0.5], []))],
  },
  EyeLike: {
    square: ({ g, float }) => [g.EyeLike(float([3, 3]))],
    "above the diagonal, int64": ({ g, float }) => [g.EyeLike(float([2, 4]), { k: 1, dtype: 7 })],
    "below the diagonal": ({ g, float }) => [g.EyeLike(float([3, 2]), { k: -1 })],
  },
};

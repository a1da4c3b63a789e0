import type { Cases } from "./case.ts";

/** ONNX's TensorProto.DataType. */
const [FLOAT, INT64, BOOL] = [1, 7, 9];

export const reshaping: Cases<
  "Reshape" | "Flatten" | "Transpose" | "Squeeze" | "Unsqueeze" | "Expand" | "Identity" | "Cast"
> = {
  Reshape: {
    "0 and -1": ({ g, float }) => [g.Reshape(float([2, 3, 4]), g.ints([0, -1]))],
    "to a scalar": ({ g, float }) => [g.Reshape(float([1, 1]), g.ints([]))],
    allowzero: ({ g, float }) => [g.Reshape(float([0, 3]), g.ints([3, 0]), { allowzero: 1 })],
  },
  Flatten: {
    "axis 1": ({ g, float }) => [g.Flatten(float([2, 3, 4]))],
    "axis 0": ({ g, float }) => [g.Flatten(float([2, 3, 4]), { axis: 0 })],
    "axis -1": ({ g, float }) => [g.Flatten(float([2, 3, 4]), { axis: -1 })],
    "the axis after the last": ({ g, float }) => [g.Flatten(float([2, 3, 4]), { axis: 3 })],
  },
  Transpose: {
    reversed: ({ g, float }) => [g.Transpose(float([2, 3, 4]))],
    perm: ({ g, float }) => [g.Transpose(float([2, 3, 4]), { perm: [1, 2, 0] })],
  },
  Squeeze: {
    "named axes": ({ g, float }) => [g.Squeeze(float([1, 2, 1, 3]), g.ints([-2]))],
    "all of extent 1": ({ g, float }) => [g.Squeeze(float([1, 2, 1, 3]))],
  },
  Unsqueeze: { "both ends": ({ g, float }) => [g.Unsqueeze(float([2, 3]), g.ints([0, -1]))] },
  Expand: {
    "more axes": ({ g, float }) => [g.Expand(float([3, 1]), g.ints([2, 1, 4]))],
    "a target that broadcasts itself": ({ g, float }) => [g.Expand(float([3, 4]), g.ints([1]))],
  },
  Identity: { float: ({ g, float }) => [g.Identity(float([2, 3]))] },
  Cast: {
    "float to int64, towards 0": ({ g, floats }) => [g.Cast(floats([-1.7, -0.2, 0, 1.7]), { to: INT64 })],
    "float to bool": ({ g, floats }) => [g.Cast(floats([-1.7, 0, 0.2]), { to: BOOL })],
    "bool to float": ({ g, bools }) => [g.Cast(bools([true, false]), { to: FLOAT })],
    "int64 to float": ({ g, ints }) => [g.Cast(ints([-3, 0, 9]), { to: FLOAT })],
    "bool to int64": ({ g, bools }) => [g.Cast(bools([true, false]), { to: INT64 })],
  },
};

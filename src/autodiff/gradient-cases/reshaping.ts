import type { GradientCases } from "./case.ts";

/** ONNX's TensorProto.DataType. */
const [FLOAT, INT64] = [1, 7];

export const reshaping: GradientCases<
  "Reshape" | "Flatten" | "Transpose" | "Squeeze" | "Unsqueeze" | "Expand" | "Identity" | "Cast"
> = {
  Reshape: {
    "-1": ({ g, x }) => [g.Reshape(x("data", ["N", 3, 4]), g.ints([-1, 12]))],
    "0 and -1": ({ g, x }) => [g.Reshape(x("data", ["N", 3, 4]), g.ints([0, -1]))],
    "two symbolic extents": ({ g, x }) => [g.Reshape(x("data", ["N", "L", 4]), g.ints([0, 0, 2, 2]))],
    "to a vector": ({ g, x }) => [g.Reshape(x("data", ["N", "L", 4]), g.ints([-1]))],
    "to a shape that is computed": ({ g, x, fixed }) => [
      g.Reshape(x("data", ["N", 6]), g.Shape(fixed("like", ["N", 3, 2]))),
    ],
    "an empty tensor": ({ g, x }) => [g.Reshape(x("data", ["N", 0, 3]), g.ints([-1, 3]))],
    "0 copies an empty axis": ({ g, x }) => [g.Reshape(x("data", ["N", 0, 3]), g.ints([0, 0, 3]))],
    "a window partition": ({ g, x }) => [g.Reshape(x("data", ["N", 4, 4, 3]), g.ints([-1, 2, 2, 2, 2, 3]))],
    "of one element to a scalar": ({ g, x }) => [g.Reshape(x("data", [1, 1]), g.ints([]))],
  },
  Flatten: {
    "axis 1": ({ g, x }) => [g.Flatten(x("input", ["N", 3, 2, 2]))],
    "axis 0": ({ g, x }) => [g.Flatten(x("input", ["N", 3, 2]), { axis: 0 })],
    "extents by name": ({ g, x }) => [g.Flatten(x("input", ["N", "L", 2]), { axis: 2 })],
    "the axis after the last": ({ g, x }) => [g.Flatten(x("input", ["N", 3]), { axis: 2 })],
    "axis -1": ({ g, x }) => [g.Flatten(x("input", ["N", 3, 2]), { axis: -1 })],
  },
  Transpose: {
    reversed: ({ g, x }) => [g.Transpose(x("data", ["N", 3, 4]))],
    "a cycle": ({ g, x }) => [g.Transpose(x("data", ["N", 3, 4]), { perm: [1, 2, 0] })],
    "channels last": ({ g, x }) => [g.Transpose(x("data", ["N", 3, 2, 2]), { perm: [0, 2, 3, 1] })],
  },
  Squeeze: {
    "named axes": ({ g, x }) => [g.Squeeze(x("data", ["N", 3, 1, 1]), g.ints([2, -1]))],
    "extents by name": ({ g, x }) => [g.Squeeze(x("data", ["N", "L", 1]), g.ints([-1]))],
    "all of extent 1": ({ g, x }) => [g.Squeeze(x("data", [2, 1, 3, 1]))],
  },
  Unsqueeze: {
    "both ends": ({ g, x }) => [g.Unsqueeze(x("data", ["N", 3]), g.ints([0, -1]))],
    "extents by name, negative axes out of order": ({ g, x }) => [g.Unsqueeze(x("data", ["N", "L"]), g.ints([-1, -3]))],
    "in between": ({ g, x }) => [g.Unsqueeze(x("data", ["N", 3]), g.ints([1]))],
  },
  Expand: {
    "more axes": ({ g, x }) => [g.Expand(x("input", [3, 1]), g.ints([2, 1, 4]))],
    "a class token along the batch": ({ g, x, fixed }) => [
      g.Expand(
        x("input", [1, 1, 4]),
        g.Concat(g.Shape(fixed("like", ["N", 3]), { start: 0, end: 1 }), g.ints([1, 4]), { axis: 0 }),
      ),
    ],
    "a target that broadcasts itself": ({ g, x }) => [g.Expand(x("input", ["N", 3, 4]), g.ints([3, 1]))],
    "a scalar": ({ g, x }) => [g.Expand(x("input", []), g.ints([2, 3]))],
    "to nothing": ({ g, x, fixed }) => [
      g.Concat(g.Expand(x("input", [1, 3]), g.ints([0, 3])), fixed("B", ["N", 3]), { axis: 0 }),
    ],
  },
  Identity: { random: ({ g, x }) => [g.Identity(x("input", ["N", 3]))] },
  Cast: {
    "float32 to float32": ({ g, x }) => [g.Cast(x("input", ["N", 3]), { to: FLOAT })],
    "by way of whole numbers nothing passes": ({ g, x }) => {
      const X = x("input", ["N", 3]);
      return [g.Mul(g.Cast(X, { to: FLOAT }), g.Cast(g.Cast(X, { to: INT64 }), { to: FLOAT }))];
    },
  },
};

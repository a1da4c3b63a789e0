import type { Shape } from "../../base/shape.ts";
import { floats } from "../../base/tensor.ts";
import type { AttributeOptions } from "../../onnx/ops.ts";
import type { GradientCase, GradientCases } from "./case.ts";

type Options = AttributeOptions<"Resize">;

const scaled =
  (shape: Shape, scales: readonly number[], attributes: Options): GradientCase =>
  ({ g, x }) => [g.Resize(x("X", shape), undefined, g.constant(floats(scales)), attributes)];

const sized =
  (shape: Shape, sizes: readonly number[], attributes: Options): GradientCase =>
  ({ g, x }) => [g.Resize(x("X", shape), undefined, undefined, g.ints(sizes), { axes: [2, 3], ...attributes })];

const transformations = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
] as const;

/** Along one axis larger, along the other smaller. */
const both = (attributes: Options): GradientCase => scaled(["N", 2, 4, 5], [1, 1, 2.5, 0.6], attributes);

const kinds: readonly Options[] = [
  { mode: "nearest", nearest_mode: "round_prefer_floor" },
  { mode: "nearest", nearest_mode: "round_prefer_ceil" },
  { mode: "nearest", nearest_mode: "floor" },
  { mode: "nearest", nearest_mode: "ceil" },
  { mode: "linear" },
  { mode: "cubic" },
];

const table = kinds.flatMap((kind) =>
  transformations.map((coordinate_transformation_mode) => {
    const name = [...Object.values(kind), coordinate_transformation_mode].join(", ");
    return [name, both({ ...kind, coordinate_transformation_mode })] as const;
  }),
);

const cropped =
  (mode: string): GradientCase =>
  ({ g, x }) => {
    const roi = g.constant(floats([0, 0, -0.25, 0.125, 1, 1, 0.875, 0.75]));
    const attributes = { mode, coordinate_transformation_mode: "tf_crop_and_resize", extrapolation_value: 7 };
    return [g.Resize(x("X", ["N", 1, 4, 5]), roi, g.constant(floats([1, 1, 2, 1.5])), attributes)];
  };

export const resizes: GradientCases<"Resize"> = {
  Resize: {
    ...Object.fromEntries(table),
    "a crop, nearest": cropped("nearest"),
    "a crop, linear": cropped("linear"),
    "a crop, cubic": cropped("cubic"),
    "cubic, what is outside left out": both({ mode: "cubic", exclude_outside: 1, cubic_coeff_a: -0.5 }),
    "twice the size, as an upsampling block": scaled(["N", 2, 3, 3], [1, 1, 2, 2], {
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
    "along one axis": scaled(["N", 2, 4], [1, 1, 2], { mode: "linear" }),
    "channels last": scaled(["N", 3, 4, 2], [1, 2, 1.5, 1], { mode: "linear" }),
    "three dimensions": scaled(["N", 1, 2, 3, 2], [1, 1, 2, 1, 1.5], { mode: "linear" }),
    sizes: sized(["N", 2, 3, 5], [7, 4], { mode: "linear" }),
    "sizes computed from the shape, the batch among them": ({ g, x }) => {
      const X = x("X", ["N", 2, 3, 4]);
      const sizes = g.Concat(g.Shape(X, { end: 2 }), g.Mul(g.Shape(X, { start: 2 }), g.ints([2])), { axis: 0 });
      return [g.Resize(X, undefined, undefined, sizes, { mode: "linear" })];
    },
    "to one element": sized(["N", 1, 3, 4], [1, 1], {
      mode: "linear",
      coordinate_transformation_mode: "align_corners",
    }),
    "to the size that it has": sized(["N", 1, 3, 4], [3, 4], { mode: "linear" }),
  },
};

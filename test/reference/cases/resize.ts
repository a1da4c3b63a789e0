import { floats } from "../../../src/base/tensor.ts";
import type { AttributeOptions } from "../../../src/onnx/ops.ts";
import type { Case, Cases } from "./case.ts";

/** Constant scales of float32; all of a shape's axes but the last two stay. */
const scaled =
  (shape: readonly number[], scales: readonly number[], attributes: AttributeOptions<"Resize">): Case =>
  ({ g, float, floats: numbers }) => [
    g.Resize(float(shape), undefined, numbers([...shape.slice(2).map(() => 1), ...scales]), attributes),
  ];

const transformations = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
] as const;
const nearestModes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

const nearest = transformations.flatMap((coordinate_transformation_mode) =>
  nearestModes.map((nearest_mode) => {
    const attributes = { coordinate_transformation_mode, nearest_mode };
    return [`nearest, ${coordinate_transformation_mode}, ${nearest_mode}`, both(attributes)] as const;
  }),
);
const smooth = (["linear", "cubic"] as const).flatMap((mode) =>
  transformations.map((coordinate_transformation_mode) => {
    const attributes = { coordinate_transformation_mode, mode };
    return [`${mode}, ${coordinate_transformation_mode}`, both(attributes)] as const;
  }),
);

/** Larger along one axis, smaller along the other, and the other way round. */
function both(attributes: AttributeOptions<"Resize">): Case {
  return (builder) => [
    ...scaled([1, 2, 5, 4], [0.6, 2.5], attributes)(builder),
    ...scaled([1, 1, 3, 10], [3, 0.4], attributes)(builder),
  ];
}

const cropped =
  (attributes: AttributeOptions<"Resize">): Case =>
  ({ g, float, floats: numbers }) => [
    g.Resize(float([1, 1, 4, 5]), numbers([0, 0, -0.2, 0.1, 1, 1, 0.9, 0.8]), numbers([1, 1, 2, 1.5]), {
      ...attributes,
      coordinate_transformation_mode: "tf_crop_and_resize",
      extrapolation_value: 7,
    }),
  ];

const sized =
  (shape: readonly number[], sizes: readonly number[], attributes: AttributeOptions<"Resize">): Case =>
  ({ g, float }) => [g.Resize(float(shape), undefined, undefined, g.ints(sizes), attributes)];

export const resizes: Cases<"Resize"> = {
  Resize: {
    ...Object.fromEntries(nearest),
    ...Object.fromEntries(smooth),
    // a whole number in float32 only
    "element 3 / 0.6": scaled([1, 1, 1, 10], [1, 0.6], {
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
    "a crop, nearest": cropped({ mode: "nearest" }),
    "a crop, linear": cropped({ mode: "linear" }),
    "a crop, cubic": cropped({ mode: "cubic" }),
    "cubic, what is outside left out": scaled([1, 1, 4, 4], [1.5, 2], { mode: "cubic", exclude_outside: 1 }),
    "cubic, another coefficient": scaled([1, 1, 4, 4], [1.5, 2], { mode: "cubic", cubic_coeff_a: -0.5 }),
    "linear along one axis": ({ g, float, floats: numbers }) => [
      g.Resize(float([2, 3, 4]), undefined, numbers([1, 1, 2]), { mode: "linear" }),
    ],
    "linear, channels last": ({ g, float, floats: numbers }) => [
      g.Resize(float([2, 3, 4, 2]), undefined, numbers([1, 2, 1.5, 1]), { mode: "linear" }),
    ],
    "linear in three dimensions": ({ g, float, floats: numbers }) => [
      g.Resize(float([1, 2, 2, 3, 2]), undefined, numbers([1, 1, 2, 1.5, 2]), { mode: "linear" }),
    ],
    sizes: sized([1, 2, 3, 5], [1, 2, 7, 4], { mode: "linear" }),
    "sizes of some axes": sized([1, 2, 3, 5], [4, 7], { mode: "linear", axes: [3, -2] }),
    "to one element, align_corners": sized([1, 1, 3, 4], [1, 1, 1, 1], {
      mode: "linear",
      coordinate_transformation_mode: "align_corners",
    }),
    "to one element, pytorch_half_pixel": sized([1, 1, 3, 4], [1, 1, 1, 1], {
      mode: "linear",
      coordinate_transformation_mode: "pytorch_half_pixel",
    }),
    "empty scales beside sizes": ({ g, float }) => [
      g.Resize(float([1, 1, 2, 3]), undefined, g.constant(floats([])), g.ints([1, 1, 4, 6])),
    ],
  },
};

import { givenInput } from "../../onnx/shapes/resize.ts";
import { numbersIn, positiveAxes, range, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";
import { type AxisMap, transposedMaps } from "./axis-map.ts";
import { tapsOf } from "./interpolation.ts";

/** Every Resize is Y = M·X along each axis that it changes, whatever the mode: only the numbers in M differ. */
export const resizeRules = {
  Resize: {
    X: (context) => transposedMaps(context.g, context.dY, mapsOf(context)),
    roi: none,
    scales: none,
    sizes: none,
  },
} satisfies Partial<GradientRules>;

function mapsOf(context: GradientContext<"Resize">): readonly AxisMap[] {
  const { node, X, attributes } = context;
  if (attributes.antialias) throw new NoGradient(node, "antialias is not handled");
  const rank = shapeOf(X).length;
  return positiveAxes(attributes.axes ?? range(rank), rank).flatMap((axis, at) => mapOf(context, axis, at) ?? []);
}

/** @param at position of the axis among those that scales, sizes and roi are for */
function mapOf(context: GradientContext<"Resize">, axis: number, at: number): AxisMap | undefined {
  const { node, X, Y, attributes } = context;
  const [input, output] = [shapeOf(X)[axis], shapeOf(Y)[axis]];
  const given = givenScale(context, at);
  if (given === 1 || (given === undefined && input === output)) return undefined;
  if (typeof input !== "number" || typeof output !== "number") {
    throw new NoGradient(node, `it resizes axis ${axis} from "${input}" to "${output}", which are not numbers`);
  }
  const scale = given ?? Math.fround(output / input);
  const rows = tapsOf({ input, output, scale, crop: cropOf(context, at) }, attributes);
  if (rows) return { axis, input, rows };
  const { mode, nearest_mode, coordinate_transformation_mode } = attributes;
  throw new NoGradient(node, `mode "${mode}", "${nearest_mode}", "${coordinate_transformation_mode}" is not handled`);
}

function givenScale({ node, scales }: GradientContext<"Resize">, at: number): number | undefined {
  if (!scales || !givenInput(scales)) return undefined;
  const scale = numbersIn(scales)?.[at];
  if (scale === undefined) throw new NoGradient(node, `"${scales.name}" is computed while the graph runs`);
  return scale;
}

function cropOf({ node, roi, attributes }: GradientContext<"Resize">, at: number): readonly [number, number] {
  if (attributes.coordinate_transformation_mode !== "tf_crop_and_resize") return [0, 1];
  const numbers = roi && numbersIn(roi);
  const [start, end] = [numbers?.[at], numbers?.[at + numbers.length / 2]];
  if (start !== undefined && end !== undefined) return [start, end];
  throw new NoGradient(node, "the region that it crops is computed while the graph runs");
}

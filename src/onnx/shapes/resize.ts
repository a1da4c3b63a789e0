import type { Dim } from "../../base/shape.ts";
import { numbersOf } from "../../base/tensor.ts";
import { elementsOf, type Inferred, type Known, lengthOf, shaped } from "./known.ts";
import { axesOf, demand, type RuleContext, type ShapeRules } from "./rule.ts";
import { divDims, mulDims } from "./symbolic.ts";

/** Sampling a grid at other points. */
export const resizeRules = {
  Resize: (context) => [resize(context)],
} satisfies Partial<ShapeRules>;

/** An input that is there and not empty: opset 11 wrote an empty tensor for what is not given. */
export const givenInput = (known: Known | undefined): Known | undefined => (lengthOf(known) === 0 ? undefined : known);

function resize({ X, scales, sizes, attributes }: RuleContext<"Resize">): Inferred {
  const { dtype, shape } = X;
  if (!shape) return shaped(dtype, undefined);
  const along = attributes.axes ? axesOf(attributes.axes, shape.length) : shape.map((_, axis) => axis);
  const [factors, extents] = [givenInput(scales), givenInput(sizes)];
  demand(!factors !== !extents, () => "Resize needs either scales or sizes");
  const count = lengthOf(factors ?? extents) ?? along.length;
  demand(count === along.length, () => `${count} numbers for ${along.length} axes`);
  const asked = attributes.keep_aspect_ratio_policy === "stretch" ? elementsOf(extents) : undefined;
  const numbers = factors?.constant && numbersOf(factors.constant);
  return shaped(
    dtype,
    shape.map((dim, axis) => {
      const at = along.indexOf(axis);
      if (at < 0) return dim;
      return factors ? scaled(dim, numbers?.[at]) : asked?.[at];
    }),
  );
}

/** floor(dim · scale), in float32 as onnxruntime computes it. */
function scaled(dim: Dim, scale: number | undefined): Dim | undefined {
  if (scale === undefined) return undefined;
  if (typeof dim === "number") return Math.floor(Math.fround(Math.fround(scale) * dim));
  if (Number.isInteger(scale)) return mulDims(dim, scale);
  return Number.isInteger(1 / scale) ? divDims(dim, 1 / scale) : undefined;
}

import { isFloat } from "../../base/dtype.ts";
import { dataTypeCodes } from "../../onnx/data-types.ts";
import { numbersIn, padded, positiveAxes, range, reshapeLike, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientRules, missing, none } from "../rule.ts";

/** Ops that give the same numbers another shape, order or type. */
export const reshapeRules = {
  Reshape: { data: ({ g, data, dReshaped }) => reshapeLike(g, dReshaped, data), shape: none },
  Flatten: { input: ({ g, input, dOutput }) => reshapeLike(g, dOutput, input) },
  Squeeze: { data: ({ g, data, dSqueezed }) => reshapeLike(g, dSqueezed, data), axes: none },
  Unsqueeze: { data: ({ g, data, dExpanded }) => reshapeLike(g, dExpanded, data), axes: none },
  Transpose: {
    data: ({ g, data, dTransposed, attributes }) => {
      const rank = shapeOf(data).length;
      const perm = attributes.perm ?? range(rank).toReversed();
      return g.Transpose(dTransposed, { perm: range(rank).map((axis) => perm.indexOf(axis)) });
    },
  },
  Expand: { input: ({ dOutput }) => dOutput, shape: none },
  Identity: { input: ({ dOutput }) => dOutput },
  Cast: {
    input: ({ g, node, input, dOutput }) => {
      if (!isFloat(input.dtype)) throw new NoGradient(node, `its input is ${input.dtype}`);
      return input.dtype === dOutput.dtype ? dOutput : g.Cast(dOutput, { to: dataTypeCodes[input.dtype] });
    },
  },
  // negative pads crop
  Pad: {
    data: ({ g, node, data, pads, axes, dOutput, attributes: { mode } }) => {
      const amounts = numbersIn(pads);
      const rank = shapeOf(data).length;
      const along = axes ? numbersIn(axes) : range(rank);
      if (mode !== "constant") throw new NoGradient(node, `padding by mode "${mode}" is not handled`);
      if (!amounts || !along) throw new NoGradient(node, "its pads are computed while the graph runs");
      const removed = (at: number) => 0 - (amounts[at] ?? 0);
      const margins = positiveAxes(along, rank).map((axis, at) => ({
        axis,
        front: removed(at),
        back: removed(at + along.length),
      }));
      return padded(g, dOutput, margins);
    },
    pads: none,
    constant_value: missing("the value that it pads with is taken to be constant"),
    axes: none,
  },
} satisfies Partial<GradientRules>;

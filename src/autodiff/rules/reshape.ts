import { isFloat } from "../../base/dtype.ts";
import { dataTypeCodes } from "../../onnx/data-types.ts";
import { range, reshapeLike, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientRules, none } from "../rule.ts";

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
} satisfies Partial<GradientRules>;

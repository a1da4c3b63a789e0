import { isStatic } from "../../base/shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { positiveAxes, shapeOf, zerosLike } from "../extents.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";
import { sliceGradient } from "./slice.ts";

/** Ops that put tensors together along an axis or cut pieces out. */
export const joinRules = {
  Concat: {
    inputs: (context) => {
      const { at, once, dConcat_result } = context;
      return once("pieces", () => pieces(context))[at] ?? dConcat_result;
    },
  },
  Split: {
    input: ({ g, outputs, dOutputs, attributes: { axis } }) => {
      const gradients = outputs.map((output, at) => dOutputs[at] ?? zerosLike(g, output));
      return g.Concat(...gradients, { axis });
    },
    split: none,
  },
  Slice: { data: sliceGradient, starts: none, ends: none, axes: none, steps: none },
} satisfies Partial<GradientRules>;

/** The gradient of a Concat, split where the inputs met. */
function pieces({ g, inputs, dConcat_result, attributes }: GradientContext<"Concat">): readonly Value[] {
  const axis = attributes.axis ?? 0;
  const lengths = inputs.map((input) => shapeOf(input).at(axis) ?? 1);
  const split = isStatic(lengths) ? g.ints(lengths) : runtimeLengths(g, inputs, axis);
  return g.outputs("Split", [dConcat_result, split], { axis }, inputs.length);
}

function runtimeLengths(g: GraphBuilder, inputs: readonly Value[], axis: number): Value {
  const lengths = inputs.map((input) => {
    const [start = 0] = positiveAxes([axis], shapeOf(input).length);
    return g.Shape(input, { start, end: start + 1 });
  });
  return g.Concat(...lengths, { axis: 0 });
}

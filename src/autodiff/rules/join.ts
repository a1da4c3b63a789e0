import { type Dim, isStatic } from "../../base/shape.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Node } from "../../onnx/graph.ts";
import { numbersIn, padded, positiveAxes, range, shapeOf, zerosLike } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, none } from "../rule.ts";
import { scatterAlong } from "./gather.ts";

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

/** Puts the slice back among zeros, one axis after the other: by padding where it is contiguous, else by scattering. */
function sliceGradient(context: GradientContext<"Slice">): Value {
  const { g, dOutput } = context;
  const cuts = cutsOf(context).filter(({ whole }) => !whole);
  const dense = cuts.filter(({ step }) => step === 1);
  const margins = dense.map(({ axis, start, count, extent }) => ({ axis, front: start, back: extent - start - count }));
  return cuts
    .filter(({ step }) => step !== 1)
    .reduce((value, cut) => scatterBack(g, value, cut), padded(g, dOutput, margins));
}

/** What a Slice takes of one axis: elements start, start + step, ..., `count` of them out of `extent`. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly extent: number;
  readonly whole: boolean;
}

function cutsOf({ node, data, starts, ends, axes, steps }: GradientContext<"Slice">): readonly Cut[] {
  const shape = shapeOf(data);
  const [from, to] = [constantOf(node, starts), constantOf(node, ends)];
  const along = positiveAxes(axes ? constantOf(node, axes) : range(from.length), shape.length);
  const strides = steps ? constantOf(node, steps) : from.map(() => 1);
  return along.map((axis, at) =>
    cutOf(node, axis, shape[axis] ?? 1, { start: from[at] ?? 0, end: to[at] ?? 0, step: strides[at] ?? 1 }),
  );
}

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function cutOf(node: Node, axis: number, extent: Dim, { start, end, step }: Bounds): Cut {
  if (typeof extent === "string") {
    const whole = start === 0 && end >= 2 ** 31 - 1 && step === 1;
    if (!whole) throw new NoGradient(node, `it cuts axis ${axis}, whose extent "${extent}" is not a number`);
    return { axis, start, step, count: 0, extent: 0, whole };
  }
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
  const inside = (at: number) => Math.min(Math.max(at < 0 ? at + extent : at, low), high);
  const first = Math.max(inside(start), 0);
  const count = Math.max(Math.ceil((inside(end) - inside(start)) / step), 0);
  return { axis, start: first, step, count, extent, whole: step === 1 && count === extent };
}

function constantOf(node: Node, value: Value): readonly number[] {
  const numbers = numbersIn(value);
  if (numbers) return numbers;
  throw new NoGradient(node, `"${value.name}" is computed while the graph runs`);
}

function scatterBack(g: GraphBuilder, value: Value, { axis, start, step, count, extent }: Cut): Value {
  const wide = padded(g, zerosLike(g, value), [{ axis, front: 0, back: extent - count }]);
  return scatterAlong(g, wide, g.ints(range(count).map((at) => start + at * step)), value, axis);
}

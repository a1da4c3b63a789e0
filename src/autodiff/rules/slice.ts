import { ints } from "../../base/tensor.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import { dataTypeCodes } from "../../onnx/data-types.ts";
import type { Node } from "../../onnx/graph.ts";
import { numbersIn, padded, positiveAxes, range, shapeOf, zerosLike, zerosOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import type { GradientContext } from "../rule.ts";
import { scatterAlong } from "./gather.ts";

/** What a Slice takes of one axis: elements start, start + step, ..., `count` of them out of `extent`. */
interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly extent: number;
}

/** A cut that is known only while the graph runs: the extent is a name, or a bound is computed. */
interface OpenCut {
  readonly axis: number;
  /** The positions that were taken, int64. */
  readonly positions: Value;
}

/** From this on an end means "to the end". */
const FAR = 2 ** 31 - 1;

/**
 * Puts the slice back among zeros, one axis after the other: by padding where it is contiguous, else by scattering.
 *
 * @throws {NoGradient} where the axes are not constant
 */
export function sliceGradient(context: GradientContext<"Slice">): Value {
  const { g, data, dOutput } = context;
  const { known, open } = cutsOf(context);
  const dense = known.filter(({ step }) => step === 1);
  const margins = dense.map(({ axis, start, count, extent }) => ({ axis, front: start, back: extent - start - count }));
  const sparse = known.filter(({ step }) => step !== 1);
  const closed = sparse.reduce((value, cut) => scatterBack(g, value, cut), padded(g, dOutput, margins));
  return open.reduce((value, { axis, positions }) => {
    return scatterAlong(g, zerosAlong(g, value, data, axis), positions, value, axis);
  }, closed);
}

function cutsOf({ g, node, data, starts, ends, axes, steps }: GradientContext<"Slice">) {
  const shape = shapeOf(data);
  const [from, to, by] = [numbersIn(starts), numbersIn(ends), steps && numbersIn(steps)];
  const known: Cut[] = [];
  const open: OpenCut[] = [];
  for (const [at, axis] of axesOf(node, axes, starts, shape.length).entries()) {
    const extent = shape[axis] ?? 1;
    const [start, end, step] = [from?.[at], to?.[at], steps ? by?.[at] : 1];
    if (start === 0 && end !== undefined && end >= FAR && step === 1) continue;
    if (typeof extent === "number" && start !== undefined && end !== undefined && step !== undefined) {
      known.push(cutOf(axis, extent, { start, end, step }));
    } else {
      open.push({ axis, positions: positionsOn(g, data, axis, at, { starts, ends, steps }) });
    }
  }
  return { known, open };
}

/** The axes that are cut, counted from the front: the first ones where none are named. */
function axesOf(node: Node, axes: Value | undefined, starts: Value, rank: number): readonly number[] {
  const count = shapeOf(starts)[0];
  const named = axes ? numbersIn(axes) : typeof count === "number" ? range(count) : undefined;
  if (named) return positiveAxes(named, rank);
  throw new NoGradient(node, "its axes are computed while the graph runs");
}

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function cutOf(axis: number, extent: number, { start, end, step }: Bounds): Cut {
  const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
  const inside = (at: number) => Math.min(Math.max(at < 0 ? at + extent : at, low), high);
  const first = Math.max(inside(start), 0);
  const count = Math.max(Math.ceil((inside(end) - inside(start)) / step), 0);
  return { axis, start: first, step, count, extent };
}

function scatterBack(g: GraphBuilder, value: Value, { axis, start, step, count, extent }: Cut): Value {
  const wide = padded(g, zerosLike(g, value), [{ axis, front: 0, back: extent - count }]);
  return scatterAlong(g, wide, g.ints(range(count).map((at) => start + at * step)), value, axis);
}

/** All positions on the axis, cut as the data was: ONNX's own rules for bounds beyond the ends hold. */
function positionsOn(
  g: GraphBuilder,
  data: Value,
  axis: number,
  at: number,
  { starts, ends, steps }: Pick<GradientContext<"Slice">, "starts" | "ends" | "steps">,
): Value {
  const number = (value: number) => g.constant(ints([value], []));
  const all = g.Range(number(0), g.Squeeze(g.Shape(data, { start: axis, end: axis + 1 }), g.ints([0])), number(1));
  const own = (bounds: Value) => {
    const whole = bounds.dtype === "int64" ? bounds : g.Cast(bounds, { to: dataTypeCodes.int64 });
    return g.Slice(whole, g.ints([at]), g.ints([at + 1]));
  };
  return g.Slice(all, own(starts), own(ends), g.ints([0]), steps && own(steps));
}

/** Zeros in the shape of `value`, but along `axis` as long as `data`. */
function zerosAlong(g: GraphBuilder, value: Value, data: Value, axis: number): Value {
  const rank = shapeOf(data).length;
  const parts = [
    ...(axis > 0 ? [g.Shape(value, { start: 0, end: axis })] : []),
    g.Shape(data, { start: axis, end: axis + 1 }),
    ...(axis < rank - 1 ? [g.Shape(value, { start: axis + 1 })] : []),
  ];
  return zerosOf(g, g.Concat(...parts, { axis: 0 }), value);
}

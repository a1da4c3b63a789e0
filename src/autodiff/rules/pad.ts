import type { Value } from "../../onnx/builder.ts";
import type { Node } from "../../onnx/graph.ts";
import { numbersIn, padded, positiveAxes, range, shapeOf } from "../extents.ts";
import { NoGradient } from "../no-gradient.ts";
import { type GradientContext, type GradientRules, missing, none } from "../rule.ts";
import { type AxisMap, transposedMaps } from "./axis-map.ts";

export const padRules = {
  Pad: {
    data: padGradient,
    pads: none,
    constant_value: missing("the value that it pads with is taken to be constant"),
    axes: none,
  },
} satisfies Partial<GradientRules>;

/** What a Pad adds to one axis. */
interface Padding {
  readonly axis: number;
  readonly front: number;
  readonly back: number;
}

function padGradient(context: GradientContext<"Pad">): Value {
  const { g, dOutput, attributes } = context;
  const paddings = paddingsOf(context);
  if (attributes.mode !== "constant") return transposedMaps(g, dOutput, mapsOf(context, paddings));
  // what was added is cut off again, what was cut off is padded with zeros
  const undone = paddings.map(({ axis, front, back }) => ({ axis, front: 0 - front, back: 0 - back }));
  return padded(g, dOutput, undone);
}

function paddingsOf({ node, data, pads, axes }: GradientContext<"Pad">): readonly Padding[] {
  const rank = shapeOf(data).length;
  const [amounts, along] = [numbersIn(pads), axes ? numbersIn(axes) : range(rank)];
  if (!amounts || !along) throw new NoGradient(node, "its pads are computed while the graph runs");
  return positiveAxes(along, rank)
    .map((axis, at) => ({ axis, front: amounts[at] ?? 0, back: amounts[at + along.length] ?? 0 }))
    .filter(({ front, back }) => front !== 0 || back !== 0);
}

interface Mode {
  /** Which element of an axis stands at a position that may lie outside of it. */
  readonly source: (position: number, extent: number) => number;
  /** How far onnxruntime 1.30 goes to one side: beyond, it refuses to reflect, and wraps to other places than ONNX says. */
  readonly reach: (extent: number) => number;
}

const modulo = (position: number, period: number): number => ((position % period) + period) % period;

const modes: Readonly<Record<string, Mode>> = {
  edge: {
    source: (position, extent) => Math.min(Math.max(position, 0), extent - 1),
    reach: () => Number.POSITIVE_INFINITY,
  },
  // 2 1 | 0 1 2 | 1 0: a period of 2·(extent - 1)
  reflect: {
    source: (position, extent) => {
      const period = Math.max(2 * (extent - 1), 1);
      const inside = modulo(position, period);
      return Math.min(inside, period - inside);
    },
    reach: (extent) => extent - 1,
  },
  wrap: { source: modulo, reach: (extent) => extent },
};

function mapsOf({ node, data, attributes: { mode } }: GradientContext<"Pad">, paddings: readonly Padding[]) {
  const known = modes[mode];
  if (!known) throw new NoGradient(node, `padding by mode "${mode}" is not handled`);
  return paddings.map((padding) => mapOf(node, shapeOf(data)[padding.axis], padding, known));
}

function mapOf(node: Node, extent: number | string | undefined, padding: Padding, mode: Mode): AxisMap {
  const { axis, front, back } = padding;
  if (typeof extent !== "number") throw new NoGradient(node, `it pads axis ${axis}, whose extent is not a number`);
  if (front < 0 || back < 0) throw new NoGradient(node, `it crops axis ${axis} and does not pad with a constant`);
  const longest = Math.max(front, back);
  if (longest > mode.reach(extent))
    throw new NoGradient(node, `it pads axis ${axis} of ${extent} elements by ${longest}`);
  const rows = range(front + extent + back).map((at) => [{ from: mode.source(at - front, extent), weight: 1 }]);
  return { axis, input: extent, rows };
}

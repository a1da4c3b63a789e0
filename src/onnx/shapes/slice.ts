import type { Dim, Shape } from "../../base/shape.ts";
import { counted, elementsOf, type Inferred, type Known, MOST_ELEMENTS, numbersKnown, shaped } from "./known.ts";
import { axesOf, demand, type RuleContext, whole } from "./rule.ts";
import { addDims, subDims } from "./symbolic.ts";

/** From this on a bound means "to the end", whatever the extent: exporters write INT32_MAX or INT64_MAX. */
const FAR = 2 ** 31 - 1;

/** Positions on one axis. */
interface Range {
  readonly start: Dim;
  readonly end: Dim;
  readonly step: number;
}

/** Cuts ranges out of axes; bounds may be extents by name. */
export function slice({ data, starts, ends, axes, steps }: RuleContext<"Slice">): Inferred {
  const { dtype, shape } = data;
  if (!shape) return shaped(dtype, undefined);
  const [from, to] = [elementsOf(starts), elementsOf(ends)];
  const given = axes ? numbersKnown(axes) : (from ?? to)?.map((_, at) => at);
  const by = steps ? numbersKnown(steps) : from?.map(() => 1);
  if (!given)
    return shaped(
      dtype,
      shape.map(() => undefined),
    );
  const along = axesOf(given, shape.length);
  const ranges = along.map((_, at) => rangeAt(at, from, to, by));
  const cut = shape.map((dim, axis) => (along.includes(axis) ? extentOf(dim, ranges[along.indexOf(axis)]) : dim));
  const known = whole(cut);
  const [range] = ranges;
  const isRows = along.length === 1 && along[0] === 0 && range !== undefined;
  return known ? counted(dtype, known, isRows ? rows(data, shape, range) : undefined) : shaped(dtype, cut);
}

function rangeAt(
  at: number,
  starts: readonly Dim[] | undefined,
  ends: readonly Dim[] | undefined,
  steps: readonly number[] | undefined,
): Range | undefined {
  const [start, end, step] = [starts?.[at], ends?.[at], steps?.[at]];
  demand(step !== 0, () => "a step of 0");
  return start === undefined || end === undefined || step === undefined ? undefined : { start, end, step };
}

function extentOf(dim: Dim, range: Range | undefined): Dim | undefined {
  if (!range) return undefined;
  const { start, end, step } = range;
  if (typeof dim === "number" && typeof start === "number" && typeof end === "number") {
    return stepsOf(dim, start, end, step).length;
  }
  return step === 1 ? symbolicExtent(dim, start, end) : undefined;
}

/** end - start where it is certain that neither bound is cut off at the axis's ends. */
function symbolicExtent(dim: Dim, start: Dim, end: Dim): Dim | undefined {
  const last = position(dim, end);
  const first = position(dim, start);
  if (last === undefined || first === undefined) return undefined;
  const extent = subDims(last, first);
  return typeof extent === "number" ? Math.max(extent, 0) : extent;
}

function position(dim: Dim, bound: Dim): Dim | undefined {
  if (bound === dim || (typeof bound === "number" && bound >= FAR)) return dim;
  if (typeof bound === "string") return undefined;
  // An axis by name is taken to have an element; how many more is not known.
  if (bound < 0) return addDims(dim, bound);
  return bound <= 1 ? bound : undefined;
}

/** The first position that a range names on an axis, and how many: bounds are clamped as in Python. */
function stepsOf(extent: number, start: number, end: number, step: number) {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? extent : extent - 1;
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + extent : bound, low), high);
  const [first, last] = [clamp(start), clamp(end)];
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}

/** The elements of the rows (of any width) that stay. */
function rows(data: Known, [extent, ...inner]: Shape, { start, end, step }: Range): readonly Dim[] | undefined {
  const elements = elementsOf(data);
  const width = inner.reduce<number>((product, dim) => product * (typeof dim === "number" ? dim : Number.NaN), 1);
  if (!elements || Number.isNaN(width)) return undefined;
  if (typeof extent !== "number" || typeof start !== "number" || typeof end !== "number") return undefined;
  const { first, length } = stepsOf(extent, start, end, step);
  const positions = Array.from({ length: Math.min(length, MOST_ELEMENTS + 1) }, (_, at) => first + at * step);
  return positions.flatMap((row) => elements.slice(row * width, (row + 1) * width));
}

import { type Dim, isStatic, type Shape } from "../../base/shape.ts";
import { tensor } from "../../base/tensor.ts";
import { broadcast, rankFromLength } from "./broadcast.ts";
import {
  counted,
  elementsOf,
  type Inferred,
  type Known,
  lengthOf,
  MOST_ELEMENTS,
  numbersKnown,
  type PartialShape,
  shaped,
} from "./known.ts";
import { axesOf, axisOf, demand, type RuleContext, requireAxes, type ShapeRules, whole } from "./rule.ts";
import { divDims, equalDims, productOf } from "./symbolic.ts";

/** Ops that arrange the same elements, in the same order but for Transpose, under another shape. */
export const layoutRules = {
  Reshape: (context) => [reshape(context)],
  Flatten: ({ input, attributes: { axis } }) => [flatten(input, axis)],
  Transpose: ({ data, attributes: { perm } }) => [transpose(data, perm)],
  Squeeze: ({ data, axes }) => [rearranged(data, squeezed(data, axes))],
  Unsqueeze: ({ data, axes }) => [rearranged(data, unsqueezed(data, axes))],
  Expand: (context) => [expand(context)],
  Identity: ({ input }) => [input],
} satisfies Partial<ShapeRules>;

/** `data`'s elements under another shape; constants share their bytes. */
export function rearranged(data: Known, shape: PartialShape | undefined): Inferred {
  const known = shape && whole(shape);
  const { dtype, constant } = data;
  if (constant && known && isStatic(known))
    return { dtype, shape: known, constant: tensor(dtype, known, constant.data) };
  return known ? counted(data.dtype, known, elementsOf(data)) : shaped(data.dtype, shape);
}

function reshape({ data, shape, attributes: { allowzero } }: RuleContext<"Reshape">): Inferred {
  const asked = elementsOf(shape);
  if (!asked) return shaped(data.dtype, rankFromLength(shape));
  const copied = asked.map((dim, axis) => (dim === 0 && !allowzero ? copiedExtent(data.shape, axis) : dim));
  const holes = copied.filter((dim) => dim === -1).length;
  demand(holes <= 1, () => "the shape asked for has -1 twice");
  const total = data.shape && productOf(data.shape);
  const rest = whole(copied.filter((dim) => dim !== -1));
  if (holes === 0) {
    if (total !== undefined && rest) checkTotals(total, productOf(rest));
    return rearranged(data, copied);
  }
  const hole = total === undefined || !rest ? undefined : filled(total, productOf(rest));
  return rearranged(
    data,
    copied.map((dim) => (dim === -1 ? hole : dim)),
  );
}

function copiedExtent(shape: Shape | undefined, axis: number): Dim | undefined {
  demand(!shape || axis < shape.length, () => `0 on axis ${axis} copies an axis that data does not have`);
  return shape?.[axis];
}

/** The extent of -1: what is left of all elements. */
function filled(total: Dim, rest: Dim): Dim | undefined {
  if (rest === 0) return total === 0 ? 0 : undefined;
  const isWhole = typeof total !== "number" || typeof rest !== "number" || total % rest === 0;
  demand(isWhole, () => notReshaped(total, rest));
  return divDims(total, rest);
}

function checkTotals(total: Dim, asked: Dim): void {
  demand(equalDims(total, asked) !== false, () => notReshaped(total, asked));
}

const notReshaped = (total: Dim, asked: Dim): string => `${total} elements do not fit into a shape of ${asked}`;

function flatten({ dtype, shape }: Known, axis: number): Inferred {
  if (!shape) return shaped(dtype, [undefined, undefined]);
  const cut = axis === shape.length ? axis : axisOf(axis, shape.length);
  return shaped(dtype, [productOf(shape.slice(0, cut)), productOf(shape.slice(cut))]);
}

function transpose(data: Known, perm: readonly number[] | undefined): Inferred {
  const { dtype, shape } = data;
  if (!shape)
    return shaped(
      dtype,
      perm?.map(() => undefined),
    );
  const order = perm ? axesOf(perm, shape.length) : shape.map((_, axis) => shape.length - 1 - axis);
  demand(order.length === shape.length, () => `perm has ${order.length} axes, data ${shape.length}`);
  const turned = order.map((axis) => shape[axis]);
  if (shape.length < 2) return rearranged(data, turned);
  const elements = shape.length === 2 && order[0] === 1 && isStatic(shape) ? elementsOf(data) : undefined;
  const [rows = 0, columns = 0] = shape;
  if (!elements || typeof rows !== "number" || typeof columns !== "number") return shaped(dtype, turned);
  const swapped = elements.map((_, at) => elements[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
  return counted(dtype, [columns, rows], swapped);
}

function squeezed({ shape }: Known, axes: Known | undefined): PartialShape | undefined {
  if (!shape) return undefined;
  const given = axes && numbersKnown(axes);
  if (given) return withoutOnes(shape, given);
  // Without axes every 1 goes, and an extent by name might be one.
  if (!axes) return isStatic(shape) ? shape.filter((dim) => dim !== 1) : undefined;
  const count = lengthOf(axes);
  return count === undefined ? undefined : shape.slice(count).map(() => undefined);
}

function withoutOnes(shape: Shape, axes: readonly number[]): Shape {
  const gone = new Set(axesOf(axes, shape.length));
  for (const axis of gone) {
    const dim = shape[axis];
    demand(dim === 1 || typeof dim === "string", () => `axis ${axis} has extent ${dim}, not 1`);
  }
  return shape.filter((_, axis) => !gone.has(axis));
}

function unsqueezed({ shape }: Known, axes: Known): PartialShape | undefined {
  if (!shape) return undefined;
  const given = numbersKnown(axes);
  const added = given?.length ?? lengthOf(axes);
  if (added === undefined) return undefined;
  const rank = shape.length + added;
  requireAxes(rank);
  if (!given) return new Array<undefined>(rank).fill(undefined);
  const ones = new Set(axesOf(given, rank));
  const rest = shape.values();
  return Array.from({ length: rank }, (_, axis) => (ones.has(axis) ? 1 : rest.next().value));
}

function expand({ input, shape }: RuleContext<"Expand">): Inferred {
  const wanted = elementsOf(shape) ?? rankFromLength(shape);
  const made = broadcast([input.shape, wanted]);
  const known = made && whole(made);
  const elements = elementsOf(input);
  if (!known || elements?.length !== 1 || known.length !== 1) return shaped(input.dtype, made);
  const [length] = known;
  const repeated =
    typeof length === "number" && length <= MOST_ELEMENTS ? new Array<Dim>(length).fill(elements[0] ?? 0) : undefined;
  return counted(input.dtype, known, repeated);
}

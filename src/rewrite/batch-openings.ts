import { isStatic, type Shape } from "../base/shape.ts";
import { ints, numbersOf, type Tensor } from "../base/tensor.ts";
import type { Node } from "../onnx/graph.ts";
import type { OpName } from "../onnx/ops.ts";
import { type BatchPlace, reshapedPlace } from "./batch-place.ts";
import { labelOf } from "./names.ts";
import { firstRow, rowsAreEqual } from "./rows.ts";

/** What a rule may ask of the graph that is opened. */
export interface OpeningContext {
  /** A tensor's shape at the old batch. */
  closed(name: string): Shape | undefined;
  /** A tensor's shape at any batch, as far as it is known. */
  open(name: string): Shape | undefined;
  value(name: string): Tensor | undefined;
  /** Adds a constant and returns its name. */
  constant(stem: string, value: Tensor): string;
  fresh(stem: string): string;
  /** Where the batch is in a tensor; undefined where it is on no axis or on several. */
  placeOf(name: string): BatchPlace | undefined;
  put(name: string, place: BatchPlace): void;
  batch(): number;
  maker(name: string): Node | undefined;
}

type OpeningRule = (node: Node, context: OpeningContext) => readonly Node[];

const isOpen = (shape: Shape | undefined): boolean => shape !== undefined && !isStatic(shape);

const withInput = (node: Node, at: number, name: string): Node => ({
  ...node,
  inputs: node.inputs.map((input, place) => (place === at ? name : input)),
});

/** The target with -1 on the axis that counts the pictures. */
const reshape: OpeningRule = (node, { closed, value, constant, placeOf, put, batch }) => {
  const [data = "", target = ""] = node.inputs;
  const [output = ""] = node.outputs;
  const [from, to, place] = [closed(data), closed(output), placeOf(data)];
  if (!value(target) || !from || !to || !place || !isStatic(from) || !isStatic(to)) return [node];
  const next = reshapedPlace({ from, place, to, batch: batch() });
  if (!next) return [node];
  put(output, next);
  const extents = to.map((extent, axis) => (axis === next.axis ? -1 : extent));
  return [{ ...withInput(node, 1, constant(target, ints(extents))), attributes: {} }];
};

/** Where the data has one row per picture, 1 leaves that as it is. */
const expand: OpeningRule = (node, { open, closed, value, constant }) => {
  const [data = "", shape = ""] = node.inputs;
  const asked = value(shape);
  const [from, before] = [open(data), closed(data)];
  if (!asked || !from || !before || !isOpen(from)) return [node];
  const extents = numbersOf(asked).map((extent, axis, all) => {
    const at = axis - all.length + from.length;
    return typeof from[at] === "string" && before[at] === extent ? 1 : extent;
  });
  return [withInput(node, 1, constant(shape, ints(extents)))];
};

/** An end at or behind the last picture is the end of the axis. */
const slice: OpeningRule = (node, { open, closed, value, constant }) => {
  const [data = "", starts = "", ends = "", axes = ""] = node.inputs;
  const [from, before, given] = [open(data), closed(data), value(ends)];
  if (!from || !before || !given || !value(starts) || !isOpen(from)) return [node];
  const along = value(axes);
  const axisAt = (at: number) => (along ? (numbersOf(along)[at] ?? 0) : at);
  const moved = numbersOf(given).map((end, at) => {
    const axis = axisAt(at) < 0 ? axisAt(at) + from.length : axisAt(at);
    const extent = before[axis];
    return typeof from[axis] === "string" && typeof extent === "number" && end >= extent ? LAST : end;
  });
  return `${moved}` === `${numbersOf(given)}` ? [node] : [withInput(node, 2, constant(ends, ints(moved)))];
};

/** Beyond every axis, and within what JavaScript and int32 readers hold. */
const LAST = 2 ** 31 - 1;

/**
 * Of a tensor that repeats one row per picture of the old batch, that row, [1, ...]: of a constant its first, of an
 * Expand what it expands. undefined for any other tensor.
 */
function rowOf(name: string, { value, open, constant, batch, maker }: OpeningContext): string | undefined {
  const [count, ...rest] = open(name) ?? [];
  if (count !== batch() || rest.length === 0) return undefined;
  const own = value(name);
  if (own) return rowsAreEqual(own) ? constant(name, firstRow(own)) : undefined;
  const [source = ""] = maker(name)?.op === "Expand" ? (maker(name)?.inputs ?? []) : [];
  const [first, ...others] = open(source) ?? [];
  return first === 1 && others.length === rest.length ? source : undefined;
}

/** Where pictures meet what repeats one row for each, the row is enough: it broadcasts. */
const oneRow: OpeningRule = (node, context) => {
  const { open, batch } = context;
  const rank = Math.max(...node.inputs.map((name) => open(name)?.length ?? 0));
  const meetsBatch = node.inputs.some((name) => open(name)?.length === rank && typeof open(name)?.[0] === "string");
  if (!meetsBatch || batch() === 1) return [node];
  const row = (name: string) => (open(name)?.length === rank ? rowOf(name, context) : undefined);
  return [{ ...node, inputs: node.inputs.map((name) => row(name) ?? name) }];
};

/** As `oneRow`, and the row is repeated for each picture, because Concat does not broadcast. */
const joined: OpeningRule = (node, context) => {
  const { open, constant, fresh } = context;
  const counted = node.inputs.find((name) => typeof open(name)?.[0] === "string");
  const axis = node.attributes.axis?.value;
  if (counted === undefined || axis === 0) return [node];
  const front: Node[] = [];
  const plain = (op: string, inputs: readonly string[], output: string, attributes: Node["attributes"]): string => {
    front.push({ name: fresh(`${labelOf(node)}.${op}`), op, domain: "", inputs, outputs: [output], attributes });
    return output;
  };
  const inputs = node.inputs.map((name) => {
    const extents = open(name)?.slice(1);
    const row = extents && isStatic(extents) ? rowOf(name, context) : undefined;
    if (row === undefined || !extents || !isStatic(extents)) return name;
    const count = plain("Shape", [counted], fresh(`${name}.batch`), {
      start: { kind: "int", value: 0 },
      end: { kind: "int", value: 1 },
    });
    const rest = constant(name, ints(extents));
    const shape = plain("Concat", [count, rest], fresh(`${name}.shape`), { axis: { kind: "int", value: 0 } });
    return plain("Expand", [row, shape], fresh(`${name}.rows`), {});
  });
  return [...front, { ...node, inputs }];
};

/** How a node is opened whose constants may hold the batch; other nodes stay as they are. */
export const openings: { readonly [O in OpName]?: OpeningRule } = {
  Reshape: reshape,
  Expand: expand,
  Slice: slice,
  Add: oneRow,
  Sub: oneRow,
  Mul: oneRow,
  Div: oneRow,
  Where: oneRow,
  Concat: joined,
};

import type { Shape } from "../../base/shape.ts";
import type { Node } from "../../onnx/graph.ts";
import { attributesOf, type OpName } from "../../onnx/ops.ts";
import { type Known, numbersKnown } from "../../onnx/shapes/known.ts";
import { gridOn, onAxes, type Places, samePlaces } from "./places.ts";
import { regrouped } from "./regroup.ts";

/** A tensor that a node reads, and where it keeps the places; undefined where it keeps none, or they cannot be followed. */
export interface Placed {
  readonly known: Known;
  readonly places: Places | undefined;
}

/** How places pass a node. */
export interface Passage {
  /** Where they lie in each output. */
  readonly outputs: readonly (Places | undefined)[];
  /** Inputs of which a place of the outputs reads that place or its neighbours. What other inputs hold goes anywhere. */
  readonly from: readonly number[];
  /** Inputs of which no place is read at all: a class token is taken out of them. */
  readonly unread?: readonly number[];
}

interface Passing {
  readonly node: Node;
  readonly inputs: readonly (Placed | undefined)[];
  readonly outputs: readonly Known[];
}

/** How the places of the picture pass a node. */
export function passage(passing: Passing): Passage {
  const { node } = passing;
  const rule = node.domain === "" && Object.hasOwn(rules, node.op) ? rules[node.op as OpName] : undefined;
  return (rule ?? elementwise)(passing);
}

type Rule = (passing: Passing) => Passage;

const nowhere: Passage = { outputs: [], from: [] };

/** Axes that count from the end are counted from the front. */
const fromFront = (axis: number, shape: Shape | undefined): number => (axis < 0 ? axis + (shape?.length ?? 0) : axis);

/**
 * Ops of which the outputs have the extents of what they read, aligned at the last axis: each place is made of the same
 * place. Ops without a rule are taken for such where the extents say so.
 */
function elementwise({ inputs, outputs }: Passing): Passage {
  const shape = outputs[0]?.shape;
  const aligned = inputs.map((input) => (shape && input ? alignedTo(shape, input) : undefined));
  const places = aligned.find(Boolean);
  if (!places) return nowhere;
  const from = aligned.flatMap((found, at) => (found && samePlaces(found, places) ? [at] : []));
  return { outputs: outputs.map(() => places), from };
}

function alignedTo(shape: Shape, { known, places }: Placed): Places | undefined {
  const shift = shape.length - (known.shape?.length ?? 0);
  const kept = places?.axes.every((axis) => known.shape?.[axis] === shape[axis + shift]);
  return places && kept && shift >= 0 ? onAxes(places, (axis) => axis + shift) : undefined;
}

/** Ops on maps [N, C, H, W], whatever they read. */
const onMaps: Rule = ({ outputs }) => {
  const [shape] = outputs.map((output) => output.shape);
  return { outputs: [shape?.length === 4 ? gridOn(shape, [2, 3]) : undefined], from: [0] };
};

/** Ops that give the same axes other extents. */
const resized: Rule = ({ inputs: [data], outputs: [made] }) =>
  data?.places?.kind === "grid" ? { outputs: [gridOn(made?.shape, data.places.axes)], from: [0] } : nowhere;

const reshaped: Rule = ({ inputs: [data], outputs: [made] }) => {
  const [from, to] = [data?.known.shape, made?.shape];
  return data?.places && from && to ? { outputs: [regrouped(data.places, from, to)], from: [0] } : nowhere;
};

const transposed: Rule = ({ node, inputs: [data] }) => {
  const rank = data?.known.shape?.length ?? 0;
  const perm =
    attributesOf("Transpose", node.attributes).perm ?? Array.from({ length: rank }, (_, at) => rank - 1 - at);
  return data?.places ? { outputs: [onAxes(data.places, (axis) => perm.indexOf(axis))], from: [0] } : nowhere;
};

/** Along other axes than the places' nothing changes for them; of tokens, more may be put in front. */
const joined: Rule = ({ node, inputs, outputs }) => {
  const at = inputs.findIndex((input) => input?.places);
  const [places, shape] = [inputs[at]?.places, outputs[0]?.shape];
  if (!places) return nowhere;
  const axis = fromFront(attributesOf("Concat", node.attributes).axis ?? 0, shape);
  if (!places.axes.includes(axis)) {
    const from = inputs.flatMap((input, one) => (input?.places && samePlaces(input.places, places) ? [one] : []));
    return { outputs: [places], from };
  }
  const others = inputs.filter((_, one) => one !== at);
  if (places.kind === "grid" || places.merged || others.some((input) => input?.places)) return nowhere;
  const front = inputs.slice(0, at).map((input) => input?.known.shape?.[axis]);
  const before = front.reduce<number>((sum, extent) => sum + (typeof extent === "number" ? extent : Number.NaN), 0);
  return Number.isNaN(before) ? nowhere : { outputs: [{ ...places, before: places.before + before }], from: [at] };
};

const parted: Rule = ({ node, inputs: [data], outputs }) => {
  const axis = fromFront(attributesOf("Split", node.attributes).axis, data?.known.shape);
  const kept = data?.places && !data.places.axes.includes(axis);
  return kept ? { outputs: outputs.map(() => data.places), from: [0] } : nowhere;
};

/** A part of some axes; of tokens, all places or none of them. */
const sliced: Rule = ({ inputs: [data, ...bounds] }) => {
  const [starts, ends, axes, steps] = bounds.map((bound) => numbersKnown(bound?.known));
  const shape = data?.known.shape;
  if (!data?.places || !shape || !starts || !ends) return nowhere;
  const cut = starts.map((start, at) => ({ start, end: ends[at] ?? 0, axis: fromFront(axes?.[at] ?? at, shape) }));
  const { places } = data;
  const own = cut.filter(({ axis }) => places.axes.includes(axis));
  const [only] = own;
  if (!only) return { outputs: [places], from: [0] };
  const extent = shape[only.axis];
  const plain = (steps ?? []).every((step) => step === 1) && own.length === 1;
  if (places.kind === "grid" || places.merged || typeof extent !== "number" || !plain) return nowhere;
  const [start, end] = [only.start, only.end].map((bound) => Math.min(extent, bound < 0 ? bound + extent : bound));
  return taken(places, start ?? 0, end ?? 0);
};

/** Tokens from `start` up to `end`. */
function taken(places: Places & { readonly kind: "row" }, start: number, end: number): Passage {
  const last = places.before + places.height * places.width;
  if (end <= places.before || start >= last) return { outputs: [], from: [], unread: [0] };
  if (start > places.before || end < last) return nowhere;
  return { outputs: [{ ...places, before: places.before - start }], from: [0] };
}

/** One entry of an axis: a token, or one of query, key and value. */
const gathered: Rule = ({ node, inputs: [data, indices] }) => {
  const axis = fromFront(attributesOf("Gather", node.attributes).axis, data?.known.shape);
  const [index, ...others] = numbersKnown(indices?.known) ?? [];
  if (!data?.places || index === undefined || others.length > 0) return nowhere;
  const { places } = data;
  if (!places.axes.includes(axis)) {
    const rank = indices?.known.shape?.length ?? 0;
    return { outputs: [onAxes(places, (own) => (own > axis ? own - 1 + rank : own))], from: [0] };
  }
  const extent = data.known.shape?.[axis];
  if (places.kind === "grid" || places.merged || typeof extent !== "number") return nowhere;
  const token = index < 0 ? index + extent : index;
  return taken(places, token, token + 1);
};

/** Rows of A stay where they are, columns of B too; what is summed over is mixed. */
const multiplied: Rule = ({ inputs: [A, B], outputs: [made] }) => {
  const rank = made?.shape?.length ?? 0;
  const passes = (side: Placed | undefined, summed: -1 | -2) => {
    const own = side?.known.shape?.length ?? 0;
    if (!side?.places || side.places.axes.includes(own + summed)) return undefined;
    return onAxes(side.places, (axis) => axis + rank - own);
  };
  const [rows, columns] = [passes(A, -1), passes(B, -2)];
  if (rows) return { outputs: [rows], from: [0] };
  return columns ? { outputs: [columns], from: [1] } : nowhere;
};

const multipliedRows: Rule = ({ node, inputs: [A] }) => {
  const stays = A?.places?.axes[0] === 0 && attributesOf("Gemm", node.attributes).transA === 0;
  return stays ? { outputs: [A.places], from: [0] } : nowhere;
};

/** Ops that are more than elementwise. */
const rules: { readonly [O in OpName]?: Rule } = {
  Conv: onMaps,
  ConvTranspose: onMaps,
  MaxPool: onMaps,
  AveragePool: onMaps,
  GlobalAveragePool: onMaps,
  GlobalMaxPool: onMaps,
  Resize: resized,
  Pad: resized,
  DepthToSpace: resized,
  SpaceToDepth: resized,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transposed,
  Concat: joined,
  Split: parted,
  Slice: sliced,
  Gather: gathered,
  MatMul: multiplied,
  Gemm: multipliedRows,
  Einsum: () => nowhere,
};

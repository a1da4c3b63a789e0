import { ModelError } from "../../base/errors.ts";
import type { Graph, Node } from "../../onnx/graph.ts";
import { labelOf } from "../names.ts";
import { Emitter, type LoweringContext } from "./emitter.ts";
import { fused } from "./fused.ts";
import { sameQuantisation } from "./quantisation.ts";
import { quantised } from "./quantised.ts";

const lowerings = { ...quantised, ...fused };

const keyOf = ({ op, domain }: Node): string => (domain === "" ? op : `${domain}.${op}`);

/** Whether a node is written in a dialect that has a plain form as a rule. */
export const isLowered = (node: Node): boolean => Object.hasOwn(lowerings, keyOf(node));

/**
 * A quantised or fused node as nodes of today's form; undefined where it stays as it is.
 *
 * @throws {ModelError} "unsupported-model" where it is quantised in a way that cannot be undone
 */
export function lower(node: Node, context: LoweringContext): readonly Node[] | undefined {
  const emitter = new Emitter(node, context);
  const done = isLowered(node) && lowerings[keyOf(node)]?.(emitter) !== false;
  if (done) return emitter.nodes;
  carryQuantisation(node, context);
  return undefined;
}

/** Ops that move elements without looking at them: what integers stand for moves along. */
const moving: ReadonlySet<string> = new Set([
  ...["Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "GatherElements", "GatherND", "Identity", "MaxPool"],
  ...["Reshape", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"],
]);

/** @throws {ModelError} "unsupported-model" for an op that computes with integers that are now real numbers */
function carryQuantisation(node: Node, { quantised: known }: LoweringContext): void {
  const [first, ...others] = node.inputs.flatMap((name) => known.get(name) ?? []);
  if (!first || (node.op === "Shape" && node.domain === "")) return;
  const alike = others.every((other) => sameQuantisation(first, other));
  const whole = node.op !== "Concat" || others.length + 1 === node.inputs.length;
  if (!moving.has(node.op) || node.domain !== "" || !alike || !whole) throw computes(node);
  for (const name of node.outputs) known.set(name, first);
}

const computes = (node: Node): ModelError =>
  new ModelError(
    "unsupported-model",
    `${keyOf(node)} "${labelOf(node)}" computes with quantised integers, which Regraft cannot dequantise.`,
    { hint: "Take the model as it was before quantisation: on the Hub it is onnx/model.onnx as a rule." },
  );

/** Sentences about what becomes of the dialects in a graph that is not raised yet. */
export function loweringNotes({ nodes }: Graph): readonly string[] {
  const count = (table: object) => nodes.filter((node) => Object.hasOwn(table, keyOf(node))).length;
  const [integer, joined] = [count(quantised), count(fused)];
  return [
    ...(integer > 0
      ? [
          "Its quantised weights were dequantised to float32; activations are no longer rounded, only kept in their range.",
        ]
      : []),
    ...(joined > 0
      ? [`${joined} nodes that onnxruntime's optimizer had fused were taken apart where they could be.`]
      : []),
  ];
}

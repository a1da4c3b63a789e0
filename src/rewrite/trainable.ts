import { GraphError, UsageError } from "../base/errors.ts";
import { checkNumber, refuseUnknown } from "../base/options.ts";
import { suggestion } from "../base/suggestion.ts";
import type { Graph, Node } from "../onnx/graph.ts";
import { labelOf } from "./names.ts";
import { type WeightedNode, weightedNodes } from "./weight-slots.ts";

/** Which part of the base is trained: everything, nothing, its last k layers, or what comes from a node or a stage on. */
export type Unfreeze = "all" | "none" | { readonly lastLayers: number } | { readonly from: string };

/** Names of the initializers that are learned weights, in the order in which layers read them. */
export const weightNames = (graph: Graph): readonly string[] => [
  ...new Set(weightedNodes(graph).flatMap(({ weights }) => weights)),
];

interface SelectTrainableOptions {
  readonly unfreeze: Unfreeze;
  /** Weights that are trained in any case (the new head); their layers do not count as layers of the base. */
  readonly always?: readonly string[];
}

/**
 * Names of the weights to train, in topological order. A layer is a node that reads weights (a Conv, a
 * BatchNormalization, a Gemm); "last" and "from" go by topological order.
 *
 * @throws {GraphError} "no-such-node" · "nothing-to-train" · {UsageError} "bad-option"
 */
export function selectTrainable(
  graph: Graph,
  { unfreeze, always = [], ...rest }: SelectTrainableOptions,
): readonly string[] {
  refuseUnknown("selectTrainable", rest);
  checkUnfreeze(unfreeze);
  const head = new Set(always);
  for (const name of head) {
    if (graph.initializers.has(name)) continue;
    throw new GraphError(
      "no-such-node",
      `The graph has no weight "${name}".`,
      suggestion(name, graph.initializers.keys()),
    );
  }
  const base = weightedNodes(graph).filter(({ weights }) => !weights.every((name) => head.has(name)));
  const chosen = new Set([...unfrozen(graph, base, unfreeze).flatMap(({ weights }) => weights), ...head]);
  const ordered = weightedNodes(graph).flatMap(({ weights }) => weights.filter((name) => chosen.has(name)));
  const names = [...new Set([...ordered, ...head])];
  if (names.length > 0) return names;
  throw new GraphError("nothing-to-train", "No weight is left to train: the base is frozen and there is no new head.", {
    hint: "Unfreeze the base, or graft a head on it.",
  });
}

/** @throws {UsageError} "bad-option" for anything but the four forms */
export function checkUnfreeze(what: unknown): void {
  if (what === "all" || what === "none") return;
  const form = typeof what === "object" && what !== null ? what : {};
  if ("lastLayers" in form && typeof form.lastLayers === "number") {
    checkNumber("lastLayers", form.lastLayers, { min: 0, integer: true });
    return;
  }
  if ("from" in form && typeof form.from === "string") return;
  throw new UsageError("bad-option", `unfreeze cannot be ${JSON.stringify(what)}.`, {
    hint: 'Use "all", "none", { lastLayers: 3 } or { from: "a node or a stage" }.',
  });
}

function unfrozen(graph: Graph, base: readonly WeightedNode[], unfreeze: Unfreeze): readonly WeightedNode[] {
  if (unfreeze === "all") return base;
  if (unfreeze === "none") return [];
  if ("lastLayers" in unfreeze) {
    const count = checkNumber("lastLayers", unfreeze.lastLayers, { min: 0, integer: true });
    return count === 0 ? [] : base.slice(-count);
  }
  const start = positionOf(graph, unfreeze.from);
  const after = new Set(graph.nodes.slice(start));
  return base.filter(({ node }) => after.has(node));
}

/** The position of a node, named by itself or by a tensor that it makes; else of the first one of a stage of this name. */
function positionOf({ nodes }: Graph, name: string): number {
  const at = nodes.findIndex((node) => node.name === name || node.name === `/${name}` || node.outputs.includes(name));
  if (at >= 0) return at;
  const first = nodes.findIndex((node) => isWithin(node, name));
  if (first >= 0) return first;
  throw new GraphError(
    "no-such-node",
    `The graph has no node "${name}" to unfreeze from.`,
    suggestion(name, nodes.map(labelOf)),
  );
}

/** Whether a node's name is a path through a module: "layer4" in "layer4.0.conv1" and in "/net/layer4/layer4.0/conv1/Conv". */
const isWithin = ({ name }: Node, module: string): boolean =>
  [`/${module}/`, `/${module}.`].some((path) => `/${name}`.includes(path));
